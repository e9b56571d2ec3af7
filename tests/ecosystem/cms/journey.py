from tests.ecosystem.admin.journey import theme

JOURNEY = theme(
    "django CMS",
    "django-cms",
    to_do="[One setting](../howto/admin.md), and the include in your page templates.",
    form="/admin/cms/pagecontent/add/?language=en",
    field="[name=title]",
    link="a[href='/admin/']:visible",
    pages=("/admin/cms/pagecontent/?language=en",),
)
