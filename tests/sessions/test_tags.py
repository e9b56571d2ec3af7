"""The marks by which a page knows its user and its sign-in."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.utils import timezone
from pytest_django import Settings

from session_security.sessions.tags import is_of_user, sign_in_tag, user_tag
from tests.conftest import NOON

from .helpers import new_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OTHER_KEY = "another, which is as long as it should be"


def test_the_tag_is_the_same_in_all_sessions_of_a_user_and_says_nothing(
    settings: Settings,
) -> None:
    tag = user_tag(new_session())
    assert user_tag(new_session()) == tag
    assert user_tag(new_session(**{SESSION_KEY: "2"})) != tag
    settings.SECRET_KEY = OTHER_KEY
    assert user_tag(new_session()) != tag
    assert len(tag) == 16


def test_django_keeps_rows_in_the_zone_of_the_settings() -> None:
    """What the tests above rest on."""
    assert timezone.now() == NOON


def test_a_page_is_its_user_s_by_any_key_that_counts(settings: Settings) -> None:
    session = new_session()
    tag = user_tag(session)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = OTHER_KEY
    assert user_tag(session) != tag
    assert is_of_user(session, tag, "")
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_of_user(session, tag, "")


def test_a_page_of_this_sign_in_is_its_user_s_whatever_its_tag() -> None:
    session = new_session()
    assert is_of_user(session, "made with a key long forgotten", sign_in_tag(session))
    assert not is_of_user(session, "made with a key long forgotten", "another sign-in")
    assert is_of_user(session, "", "")  # a page of 2.x


def test_a_session_without_times_has_no_mark_of_its_sign_in() -> None:
    session = new_session(_session_security_signed_in=..., _session_security_started=...)
    assert sign_in_tag(session) == ""
    assert not is_of_user(session, "somebody", "")
