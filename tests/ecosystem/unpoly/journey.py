from tests.ecosystem.journey import Journey

JOURNEY = Journey(title="Unpoly 3", packages=("unpoly",), link="#link")
