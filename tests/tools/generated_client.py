"""Signs in and asks who that is, by the client that openapi-python-client made of the API description.

usage: generated_client.py FOLDER URL ADDRESS PASSWORD
Prints the id of whoever is signed in.
"""

import sys

folder, url, contact, password = sys.argv[1:]
sys.path.insert(0, folder)

from vouchsafe_client import AuthenticatedClient, Client  # noqa: E402
from vouchsafe_client.api.people import show_me  # noqa: E402
from vouchsafe_client.api.sessions import sign_in  # noqa: E402
from vouchsafe_client.models import Granted, MeView, PasswordCredentials  # noqa: E402

with Client(base_url=url) as client:
    granted = sign_in.sync(client=client, body=PasswordCredentials(contact=contact, password=password))
assert isinstance(granted, Granted), granted
with AuthenticatedClient(base_url=url, token=granted.access_token) as client:
    me = show_me.sync(client=client)
assert isinstance(me, MeView), me
print(me.id)
