"""How the clients are made of the API description."""
