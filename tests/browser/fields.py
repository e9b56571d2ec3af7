"""The demonstration site with a page for each kind of field, and an admin with all its widgets."""

from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.contrib.admin.models import LogEntry
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path

from example.urls import urlpatterns as example_urlpatterns

PAGE = """<!doctype html>
<html lang="en">
<title>{{ kind }}</title>
<link rel="icon" href="data:,">
<main>
  <h1>{{ kind }}</h1>
  {{ html|safe }}
  <button type="button" id="button">Press</button>
  <a id="away" href="/records/">Away</a>
</main>
{% for script in scripts %}<script src="/static/libraries/{{ script }}"></script>
{% endfor %}<script>{{ code|safe }}</script>
{% include "session_security/all.html" %}
</html>
"""
FORM = '<form method="post" id="form">{}</form>'
ELEMENT = """
customElements.define("x-field", class extends HTMLElement {
  static formAssociated = true;
  internals = this.attachInternals();
  inner = document.createElement("input");
  constructor() {
    super();
    this.attachShadow({ mode: "%s" }).append(this.inner);
    this.inner.addEventListener("input", () => this.internals.setFormValue(this.inner.value));
  }
  %s
});
"""
VALUE = "get value() { return this.inner.value; } set value(value) { this.inner.value = value; }"

# HTML, scripts of packages, and the page's own.
KINDS: dict[str, tuple[str, list[str], str]] = {
    "text": (FORM.format('<input id="field" name="field">'), [], ""),
    "text without a name": (FORM.format('<input id="field">'), [], ""),
    "text without a form": ('<input id="field">', [], ""),
    "a long text": (FORM.format('<textarea id="field" name="field">a</textarea>'), [], ""),
    "a number": (FORM.format('<input id="field" name="field" type="number">'), [], ""),
    "a box": (FORM.format('<input id="field" name="field" type="checkbox">'), [], ""),
    "a radio button": (FORM.format('<input id="field" name="field" type="radio">'), [], ""),
    "a select": (
        FORM.format('<select id="field" name="field"><option>a<option>b</select>'),
        [],
        "",
    ),
    "a file": (FORM.format('<input id="field" name="field" type="file">'), [], ""),
    "a hidden field": (FORM.format('<input id="field" name="field" type="hidden">'), [], ""),
    "an editable element": ('<div id="field" contenteditable style="height: 2em"></div>', [], ""),
    "a custom element with a value": (
        FORM.format('<x-field id="field" name="field"></x-field>'),
        [],
        ELEMENT % ("open", VALUE),
    ),
    "a custom element whose value is hidden": (
        FORM.format('<x-field id="field" name="field"></x-field>'),
        [],
        ELEMENT % ("closed", ""),
    ),
    "in a shadow root": (
        '<div id="field"><template shadowrootmode="open"><input></template></div>',
        [],
        "",
    ),
    "in a frame": ('<iframe id="field" srcdoc="<input>"></iframe>', [], ""),
    "React, controlled": (
        '<div id="root"></div>',
        ["react.js"],
        "renderField(document.getElementById('root'))",
    ),
    "Vue, v-model": (
        '<div id="root"><form><textarea id="field" v-model="text"></textarea></form></div>',
        ["vue/dist/vue.global.prod.js"],
        "Vue.createApp({ data: () => ({ text: 'filled' }) }).mount('#root')",
    ),
    "Alpine, x-model": (
        '<form x-data="{ text: \'filled\' }"><input id="field" x-model="text"></form>',
        ["alpinejs/dist/cdn.js"],
        "",
    ),
    "Select2": (
        FORM.format('<select id="field" name="field"><option>a<option>b</select>'),
        ["jquery/dist/jquery.js", "select2/dist/js/select2.full.js"],
        "jQuery('#field').select2()",
    ),
    "Quill": (
        FORM.format('<div id="editor"></div>'),
        ["quill/dist/quill.js"],
        "new Quill('#editor'); document.querySelector('.ql-editor').id = 'field'",
    ),
    "a search box": ('<input id="field" type="search" name="q">', [], ""),
    "in a search landmark": ('<div role="search"><input id="field" name="q"></div>', [], ""),
    "a combo box that searches": ('<input id="field" role="searchbox">', [], ""),
    "in a form that gets": ('<form method="get"><input id="field" name="q"></form>', [], ""),
    "said to be ignored": (
        '<form method="post" data-session-security="ignore"><input id="field" name="q"></form>',
        [],
        "",
    ),
}


@login_required
def field(request: HttpRequest, kind: str) -> HttpResponse:
    if request.method == "POST":
        return redirect("records")
    html, scripts, code = KINDS[kind]
    context = {"kind": kind, "html": html, "scripts": scripts, "code": code}
    response = HttpResponse(engines["django"].from_string(PAGE).render(context, request))
    response.headers["Cache-Control"] = "no-store"
    return response


class Entries(TabularInline):  # type: ignore[type-arg]
    model = LogEntry
    extra = 0
    fields = ("object_repr",)


class Users(ModelAdmin):  # type: ignore[type-arg]
    fields = ("username",)
    search_fields = ("username",)
    inlines = (Entries,)


class ContentTypes(ModelAdmin):  # type: ignore[type-arg]
    search_fields = ("model",)
    ordering = ("model",)


class LogEntries(ModelAdmin):  # type: ignore[type-arg]
    autocomplete_fields = ("content_type",)
    raw_id_fields = ("user",)


site = AdminSite("widgets")
site.register(User, Users)
site.register(ContentType, ContentTypes)
site.register(LogEntry, LogEntries)

urlpatterns = [
    path("fields/<str:kind>/", field),
    path("widgets/", site.urls),
    *example_urlpatterns,
]
