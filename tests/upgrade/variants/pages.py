"""Templates and scripts."""

from typing import Any

from ..variant import TEMPLATES, WARNS, Person, Variant

OWN_DIALOG = """<div id="session_security_warning" class="session_security" role="dialog" hidden>
  <div class="session_security_overlay"></div>
  <div class="session_security_modal"><p>Signed out in <b id="session_security_counter"></b> s</p>
  </div>
</div>
"""
OWN_ALL = """{% load session_security_tags static %}
{% if request.user.is_authenticated %}
  <link rel="stylesheet" href="{% static 'session_security/style.css' %}">
  {% include "session_security/dialog.html" %}
  <script src="{% static 'js/jquery.js' %}"></script>
  <script src="{% static 'session_security/script.js' %}"></script>
  <script>
    var sessionSecurity = new yourlabs.SessionSecurity({
      pingUrl: "{% url 'session_security_ping' %}",
      warnAfter: {{ request|warn_after }},
      expireAfter: {{ request|expire_after }},
      confirmFormDiscard: "Your text has not been saved."
      {% if request|redirect_to_logout %}, returnToUrl: "{% url 'logout' %}"{% endif %}
    });
  </script>
{% endif %}
"""


def with_script(script: str) -> dict[str, str]:
    """The page with a script right after the include."""
    page = TEMPLATES["page.html"]
    return {"page.html": page.replace("</body>", f"<script>{script}</script></body>")}


class Include(Variant):
    """`{% include "session_security/all.html" %}` in its pages"""

    in_browser = "test_scripts_right_after_the_include_can_use_the_element"


class GuardedInclude(Variant):
    """the include only for who is signed in"""

    templates = {
        "page.html": "{% if user.is_authenticated %}Signed in "
        '{% include "session_security/all.html" %}{% endif %}'
    }


class Dialog(Variant):
    """a `dialog.html` of its own"""

    templates = {"session_security/dialog.html": OWN_DIALOG}
    do = "[start again from the new one](../howto/look.md), for its buttons"
    differs = ["one can sign out in the warning"]
    wrong = ["one can sign out in the warning"]

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        page = person.open().content
        person.expect("one can sign out in the warning", b"Sign out" in page or b"sign out" in page)

    def after(self) -> None:
        self.templates = {}


class OwnAll(Variant):
    """an `all.html` of its own, with the constructor of 2.x"""

    templates = {"session_security/all.html": OWN_ALL, "session_security/dialog.html": OWN_DIALOG}
    in_browser = "test_the_constructor_of_2x_warns_extends_and_ends"
    written = (b"warnAfter: 540,", b"expireAfter: 600,")

    def journey(self, person: Person) -> None:
        person.sign_in()
        page = person.open().content
        for time in self.written:
            person.expect(WARNS, time in page)
        self.work_and_leave(person)


class OwnAllAlone(OwnAll):
    """an `all.html` of its own, with the app's `dialog.html`"""

    templates = {"session_security/all.html": OWN_ALL}
    in_browser = "test_sign_out_in_the_new_dialog_signs_out_on_a_page_of_2x"


class OwnAllWithForms(OwnAll):
    """an `all.html` of its own, in pages with forms"""

    in_browser = "test_a_page_of_2x_with_typed_text_is_left_at_the_end_and_not_blank"


class OwnAllInThousands(OwnAll):
    """an `all.html` of its own, with `unlocalize`, in a language that groups digits"""

    settings = {
        "LANGUAGE_CODE": "de",
        "USE_THOUSAND_SEPARATOR": True,
        "SESSION_SECURITY_WARN_AFTER": 1740.5,
        "SESSION_SECURITY_EXPIRE_AFTER": 1800,
    }
    templates = {
        "session_security/all.html": OWN_ALL.replace("static %}", "static l10n %}", 1)
        .replace("|warn_after }}", "|warn_after|unlocalize }}")
        .replace("|expire_after }}", "|expire_after|unlocalize }}")
    }
    written = (b"warnAfter: 1740.5,", b"expireAfter: 1800,")


class ByHand(Variant):
    """pages without Django's templates, with the constructor of 2.x written out"""

    templates = {
        "page.html": """Signed in <div id="session_security_warning"></div>
<script src="/static/session_security/script.js"></script>
<script>new yourlabs.SessionSecurity({
pingUrl: "/session_security/ping/", warnAfter: 540, expireAfter: 600})</script>"""
    }
    in_browser = "test_the_constructor_of_2x_warns_extends_and_ends"


class Bundle(Variant):
    """`script.js` in a bundle, under a hashed name"""

    in_browser = "test_script_js_works_wherever_it_is_put"

    def journey(self, person: Person) -> None:
        from django.contrib.staticfiles import finders

        script = finders.find("session_security/script.js")
        person.expect("script.js is where it was", script)
        self.work_and_leave(person)


class BothScripts(Variant):
    """`script.js` in its base template, and the include in some pages"""

    in_browser = "test_a_page_may_have_script_js_and_the_module"


class HashedNames(Variant):
    """`ManifestStaticFilesStorage`"""

    def __init__(self) -> None:
        from tempfile import mkdtemp

        backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        files = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
        self.settings = {
            "STATIC_ROOT": mkdtemp(prefix="upgrade-"),
            "STORAGES": {"default": files, "staticfiles": {"BACKEND": backend}},
        }

    def journey(self, person: Person) -> None:
        import re
        import shutil

        from django.conf import settings
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            person.sign_in()
            names = re.findall(rb"session_security/\w+\.[0-9a-f]{12}\.", person.open().content)
            person.expect("pages use the hashed names", len(names) == 2)
            self.work_and_leave(person)
        finally:
            shutil.rmtree(str(settings.STATIC_ROOT))


class AsksNobody(Variant):
    """`sessionSecurity.confirmFormDiscard = undefined` after the include, as the FAQ had it"""

    templates = with_script("sessionSecurity.confirmFormDiscard = undefined;")
    in_browser = "test_nobody_is_asked_before_leaving_once_a_script_has_turned_that_off"


class CallsActivity(Variant):
    """`sessionSecurity.activity()` after the include, as the FAQ had it"""

    templates = with_script("sessionSecurity.activity();")
    in_browser = "test_scripts_right_after_the_include_can_use_the_element"


class ReplacesMethods(Variant):
    """a script that replaces `yourlabs.SessionSecurity.prototype.expire`"""

    templates = with_script("yourlabs.SessionSecurity.prototype.expire = function () {};")
    in_browser = "test_a_method_of_2x_that_a_script_replaces_is_named_in_the_console"
    do = "listen to the [element's events](client.md#events)"

    def after(self) -> None:
        self.templates = with_script(
            'document.addEventListener("session-security:expire", function () {});'
        )


class OtherYourlabs(Variant):
    """another package's `window.yourlabs` before the include"""

    in_browser = "test_other_things_named_yourlabs_stay"


class Styled(Variant):
    """CSS for `session_security_overlay` and `session_security_modal`"""

    styled = b"session_security_modal"
    differs = ["what is styled is in the pages"]
    do = "CSS for the dialog, or its [colours](client.md#colours)"

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.expect("what is styled is in the pages", self.styled in person.open().content)

    def after(self) -> None:
        self.styled = b'<dialog id="session_security_warning"'


class ToLogout(Variant):
    """`SESSION_SECURITY_REDIRECT_TO_LOGOUT = True`"""

    settings = {"SESSION_SECURITY_REDIRECT_TO_LOGOUT": True}

    def journey(self, person: Person) -> None:
        person.sign_in()
        page = person.open().content
        person.expect("pages know where to sign out", b"/accounts/logout/" in page)
        person.wait(self.limit)
        person.expect(
            "at the end one is signed out there", person.submit("logout").status_code == 200
        )
        person.expect("at the end one is signed out there", not person.sees())
        self.work_and_leave(person)


class ToLogoutByNumber(ToLogout):
    """`SESSION_SECURITY_REDIRECT_TO_LOGOUT = 1`"""

    settings = {"SESSION_SECURITY_REDIRECT_TO_LOGOUT": 1}
    says = ["E004"]


class LogoutForm(Variant):
    """a button of its own that submits `session_security_logout_form`"""

    settings = {"SESSION_SECURITY_REDIRECT_TO_LOGOUT": True}
    templates = with_script("button.onclick = () => session_security_logout_form.submit();")
    needs = b'id="session_security_logout_form"'
    differs = ["the form is there"]
    do = (
        "a form of its own, "
        "with [`{% session_security_logout_url %}`](templates.md#tags-and-filters)"
    )

    def journey(self, person: Person) -> None:
        self.work_and_leave(person)
        person.expect("the form is there", self.needs in person.open().content)

    def after(self) -> None:
        self.needs = b'<form method="post" action="/accounts/logout/">'
        self.templates = {
            "page.html": TEMPLATES["page.html"].replace(
                "</body>",
                '{% load session_security_tags %}<form method="post" '
                'action="{% session_security_logout_url %}">{% csrf_token %}</form></body>',
            )
        }


class WithoutLogout(Variant):
    """no URL named `logout`"""

    def all_urls(self) -> list[Any]:
        return [
            pattern for pattern in super().all_urls() if getattr(pattern, "name", "") != "logout"
        ]
