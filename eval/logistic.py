"""Logistic regression with weights and a ridge, by Newton's method: what the reader's and the answers' fits share."""

from __future__ import annotations

import numpy as np


def fit_logistic(z: np.ndarray, y: np.ndarray, weight: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Coefficients (k,) of P(y) = 1 / (1 + exp(-z @ w)). z: (n, k), with a column of ones where a bias is wanted;
    y: (n,) of 0 and 1; weight: (n,) of the rows; ridge: (k,) of the coefficients."""
    w = np.zeros(z.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-z @ w))
        gradient = z.T @ (weight * (p - y)) + ridge * w
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + np.diag(ridge)
        w -= np.linalg.solve(hessian, gradient)
    return w
