from django.urls import resolve, reverse


def test_the_ping_has_the_address_and_the_name_of_2x() -> None:
    assert reverse("session_security_ping") == "/session_security/ping/"
    assert resolve("/session_security/ping/").view_name == "session_security_ping"
