"""What Attest is worth beside its peers: `python -m eval.peers --set-up`, then `python -m eval.peers --rows FILE`.

Every system gets the same articles, the same questions, the weights of the same encoder and the same reader, and two
threads; only the system differs. Each runs in a process, and where needed in an environment, of its own (`serve`,
`process`), and is one file and one line of PEERS (`table`). Runs are kept and taken up again (`measure`); `--again`
forgets some.
"""
