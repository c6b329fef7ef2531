"""A Discord on loopback: gateway and REST, which enforces what the real one enforces.

`rules` says what Discord refuses, `world` holds who is where and what was said, `rest` and
`gateway` are the two doors, `server` opens them, and acts as its people do.
"""
