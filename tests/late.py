"""A site whose forms are sent too late: every way in which a view may want a signed-in user."""

from collections.abc import Callable
from functools import partial
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required, login_required, permission_required
from django.contrib.auth.mixins import LoginRequiredMixin, PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import URLPattern, include, path, re_path
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.views import View
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from session_security.decorators import not_kept

from . import views
from .views import sign_in, sign_out

pin = sensitive_post_parameters("pin_of_mine", "note")
other = sensitive_post_parameters("other")
everything = sensitive_post_parameters()


def form(request: HttpRequest) -> HttpResponse:
    """What arrives, as JSON; by GET a token for the form."""
    if request.method != "POST":
        return HttpResponse(get_token(request))
    values = {name: found for name, found in request.POST.lists() if "csrf" not in name}
    return JsonResponse({"who": request.user.get_username(), "values": values})


async def aform(request: HttpRequest) -> HttpResponse:
    await request.auser()
    return form(request)


@not_kept
async def unkept(request: HttpRequest) -> HttpResponse:
    return await aform(request)


def bare(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A decorator that does not know of functools.wraps."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return inner


class FormView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return form(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        return form(request)


class Mixed(LoginRequiredMixin, FormView):
    pass


class Permitted(PermissionRequiredMixin, FormView):
    permission_required = "auth.add_user"


class Post(FormView):
    @method_decorator(pin)
    def post(self, request: HttpRequest) -> HttpResponse:
        return super().post(request)


@method_decorator(pin, name="dispatch")
class Dispatch(FormView):
    pass


@method_decorator([bare, pin], name="dispatch")
class Listed(FormView):
    pass


class MixedPost(LoginRequiredMixin, Post):
    pass


class MixedDispatch(LoginRequiredMixin, Dispatch):
    pass


class MixedListed(LoginRequiredMixin, Listed):
    pass


class Overriding(LoginRequiredMixin, Post):
    def post(self, request: HttpRequest) -> HttpResponse:
        return super().post(request)


@method_decorator(not_kept, name="dispatch")
class Unkept(FormView):
    pass


class NotKept(LoginRequiredMixin, Unkept):
    pass


class NotKeptPost(LoginRequiredMixin, FormView):
    @method_decorator(not_kept)
    def post(self, request: HttpRequest) -> HttpResponse:
        return super().post(request)


class Parts:
    """A view that is a method, as the admin's are."""

    @method_decorator(pin)
    def view(self, request: HttpRequest) -> HttpResponse:
        return form(request)


class FewerParts(Parts):
    def view(self, request: HttpRequest) -> HttpResponse:
        return super().view(request)


def processes(request: HttpRequest) -> HttpResponse:
    """Takes what anybody sends, then leads to a page of its own."""
    return redirect("/thanks/?next=/elsewhere/")


def preserving(request: HttpRequest) -> HttpResponse:
    return redirect(f"/login/?next={request.path}", preserve_request=True)


def by_hand(request: HttpRequest) -> HttpResponse:
    """Leads to the login page as many a view does that was written by hand."""
    return form(request) if request.user.is_authenticated else redirect(f"/in/?next={request.path}")


def misled(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=302, headers={"Location": "http://[/?next=/misled/"})


def nowhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=302)


def by_mark(request: HttpRequest) -> HttpResponse:
    """Says what is sensitive without the decorator."""
    request.sensitive_post_parameters = ["note"]  # type: ignore[attr-defined]
    return redirect(f"/login/?next={request.path}")


admin = AdminSite()
required = login_required

# Each hides "pin_of_mine" and "note".
HIDING: dict[str, Callable[..., Any]] = {
    "outside": pin(required(form)),
    "inside": required(pin(form)),
    "inside async": required(pin(aform)),
    "outside async": pin(required(aform)),
    "between": required(bare(pin(bare(form)))),
    "between bare ones": bare(required(bare(pin(bare(form))))),
    "twice": required(other(pin(form))),
    "twice, the other way": required(pin(other(form))),
    "partial": partial(required(pin(form))),
    "inside partial": required(partial(pin(form))),
    "post": required(Post.as_view()),
    "dispatch": required(Dispatch.as_view()),
    "list": required(Listed.as_view()),
    "mixin and post": MixedPost.as_view(),
    "mixin and dispatch": MixedDispatch.as_view(),
    "mixin and list": MixedListed.as_view(),
    "mixin and overriding": Overriding.as_view(),
    "around mixin": pin(Mixed.as_view()),
    "method": required(Parts().view),
    "overriding method": required(FewerParts().view),
    "admin": admin.admin_view(Parts().view),
    "admin, outside": pin(admin.admin_view(form)),
    "CSRF": csrf_protect(required(csrf_protect(pin(form)))),
}
# Keep nothing at all.
NOTHING: dict[str, Callable[..., Any]] = {
    "all inside": required(everything(form)),
    "all outside": everything(required(form)),
    "all and some": required(pin(everything(form))),
    "not kept": not_kept(required(form)),
    "not kept inside": required(not_kept(bare(form))),
    "not kept between": required(bare(not_kept(bare(form)))),
    "not kept, async": required(unkept),
    "not kept, class": NotKept.as_view(),
    "not kept, post": NotKeptPost.as_view(),
    "not kept, as view": not_kept(Mixed.as_view()),
    "processes": processes,
    "preserving": preserving,
    "exempt": csrf_exempt(required(form)),
    "open": form,
    "misled": misled,
    "nowhere": nowhere,
    "raising": permission_required("auth.add_user", raise_exception=True)(form),
}
# Keep all.
KEEPING: dict[str, Callable[..., Any]] = {
    "function": required(form),
    "coroutine": required(aform),
    "mixin": Mixed.as_view(),
    "permission": permission_required("auth.add_user")(form),
    "permission mixin": Permitted.as_view(),
    "elsewhere": required(form, login_url="https://login.example/in/?a=1&b"),
    "login URL": required(form, login_url="/in/?theme=dark"),
    "admin": admin.admin_view(form),
    "by hand": by_hand,
    "only other": required(other(form)),
}


def of_their_own(*names: str) -> Callable[..., Any]:
    """A decorator of the site's own, which takes after Django's in name alone."""

    def sensitive_post_parameters(view: Callable[..., Any]) -> Callable[..., Any]:
        def inner(request: HttpRequest) -> HttpResponseBase:
            request.hidden = names  # type: ignore[attr-defined]
            response: HttpResponseBase = view(request)
            return response

        return inner

    return sensitive_post_parameters


def slow(request: HttpRequest) -> HttpResponse:
    """Takes a form; the fixture ``during`` says what happens meanwhile."""
    if request.method != "POST":
        return form(request)
    result = views.code(request)
    return result if isinstance(result, HttpResponse) else form(request)


def misnamed(request: HttpRequest) -> HttpResponse:
    request.sensitive_post_parameters = 5  # type: ignore[attr-defined]
    return redirect(f"/login/?next={request.path}")


def unlucky() -> HttpResponse:
    raise RuntimeError("made too early")


lazy_response = SimpleLazyObject(unlucky)


def holding(view: Callable[..., Any], thing: object) -> Callable[..., Any]:
    def inner(request: HttpRequest) -> HttpResponseBase:
        assert thing is not None
        response: HttpResponseBase = view(request)
        return response

    return inner


# Can't be understood, so nothing is kept.
DOUBTFUL: dict[str, Callable[..., Any]] = {
    "their own inside": required(of_their_own("title")(form)),
    "their own outside": of_their_own("title")(required(form)),
    "no names": misnamed,
}


def slug(name: str) -> str:
    return name.replace(",", "").replace(" ", "-")


def patterns(views: dict[str, Callable[..., Any]]) -> list[URLPattern]:
    return [path(f"{slug(name)}/", view) for name, view in views.items()]


assert iscoroutinefunction(HIDING["inside async"])

admin_patterns = [
    path("login/", login_not_required(sign_in), name="login"),
    path("logout/", sign_out, name="logout"),
]

urlpatterns = [
    path("form/", required(form)),
    path("open/", form),
    path("by_mark/", by_mark),
    path("in/", sign_in),
    path("admin/", include((admin_patterns, "admin"))),
    path("slow/", required(slow)),
    path("lazy/", holding(required(form), lazy_response)),
    path("doubtful/", include(patterns(DOUBTFUL))),
    path("hiding/", include(patterns(HIDING))),
    path("nothing/", include(patterns(NOTHING))),
    path("keeping/", include(patterns(KEEPING))),
    path("", include("tests.urls")),
    re_path(r"^\W|evil", required(form)),  # such as the pages of a CMS, whatever their address
]
