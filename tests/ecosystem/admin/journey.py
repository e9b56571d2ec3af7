from dataclasses import replace

from tests.ecosystem.journey import Journey

JOURNEY = Journey(
    title="Django’s admin",
    packages=("Django",),
    to_do="[One setting](../howto/admin.md).",
    form="/admin/auth/group/add/",
    save="[name=_save]",
    saved=".messagelist >> text=was added successfully",
    login="/admin/login/",
    link="a[href='/admin/auth/group/']:visible",
    pages=("/admin/", "/admin/auth/user/", "/admin/auth/user/1/change/"),
)


def theme(title: str, package: str, **different: object) -> Journey:
    """The same with the looks of another package."""
    return replace(JOURNEY, title=title, packages=(package,), **different)  # type: ignore[arg-type]
