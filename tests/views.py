"""The pages of the test site. Each does one thing."""

from collections.abc import Callable

from django.contrib.auth import get_user_model, login, logout
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.messages import get_messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.template import engines
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from session_security.decorators import passive

Code = Callable[[HttpRequest], object]

ELEMENT = "{% include 'session_security/all.html' %}"


def public(request: HttpRequest) -> HttpResponse:
    """Touches neither user nor session."""
    return HttpResponse("public")


async def apublic(request: HttpRequest) -> HttpResponse:
    return HttpResponse("public")


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("private")


def name(request: HttpRequest) -> HttpResponse:
    """Who is signed in, or nothing."""
    return HttpResponse(request.user.get_username())


async def aname(request: HttpRequest) -> HttpResponse:
    """Who is signed in, by each of the ways in which a view under ASGI can ask."""
    user = await request.auser()
    return HttpResponse(user.get_username() or request.user.get_username())


def element(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(ELEMENT).render({}, request))


CONTENT = "<html><body><p>A page</p></body></html>"
HEADERS: dict[str, str] = {}


def page(request: HttpRequest) -> HttpResponse:
    """A page that does not include the element."""
    return HttpResponse(CONTENT, headers=HEADERS)


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(["<body>", "</body>"])


def sign_out_in_a_page(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse(CONTENT)


def told(request: HttpRequest) -> JsonResponse:
    """The messages, which are gone then."""
    return JsonResponse({"messages": [str(message) for message in get_messages(request)]})


def code(request: HttpRequest) -> object:
    """What the two views below run: the fixture ``during`` puts a test's own code here."""
    raise NotImplementedError


def during(request: HttpRequest) -> HttpResponse:
    result = code(request)
    return HttpResponse(result if isinstance(result, str) else "done")


def during_passively(request: HttpRequest) -> HttpResponse:
    return during(request)


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as it should")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


@passive
def passive_function(request: HttpRequest) -> HttpResponse:
    return HttpResponse("passive")


@passive
async def passive_coroutine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("passive")


class AnyView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("class")


@method_decorator(passive, name="dispatch")
class PassiveView(AnyView):
    pass


@csrf_exempt
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in whoever is named: passwords are not what is tested here."""
    if request.method == "POST":
        login(request, get_user_model().objects.get(username=request.POST["username"]))
        return redirect(request.GET.get("next", "home"))
    return told(request)


@csrf_exempt
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("gone")
