from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Wagtail",
    packages=("wagtail",),
    to_do="[A template and a script](../howto/packages.md#wagtail).",
    form="/cms/groups/new/",
    save="form:has([name=name]) [type=submit]",
    saved="text=Group 'The text' created",
    login="/cms/login/",
    link="a[href='/cms/']:visible",
    pages=("/cms/", "/cms/pages/", "/cms/pages/2/edit/"),
    noise=("/editing-sessions/", "Scripts may close only the windows"),
)
