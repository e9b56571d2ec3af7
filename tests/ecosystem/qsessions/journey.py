from tests.ecosystem.journey import Journey

JOURNEY = Journey(title="qsessions", packages=("django-qsessions",))
