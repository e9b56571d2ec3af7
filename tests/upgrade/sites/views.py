"""The views that the sites have, as one finds them in sites of 2.6.8."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.contrib.sessions.models import Session
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse

from session_security.utils import get_last_activity, set_last_activity
from session_security.views import PingView

try:
    from django.contrib.auth.decorators import login_not_required
except ImportError:  # Django before 5.1

    def login_not_required(view):
        return view


SignIn, SignOut = LoginView, LogoutView


@login_not_required
def home(request):
    return render(request, "page.html")


@login_required
def page(request):
    return render(request, "page.html")


@login_required
def stock(request, number=1):
    """What a script asks for each minute."""
    return JsonResponse({"left": number})


@login_required
async def apage(request):
    return TemplateResponse(request, "page.html")


# The ping in the site's own hands


class CountingPing(PingView):
    """Counts how often pages ask."""

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response["X-Asked"] = "1"
        return response


class WrittenPing(PingView):
    """Written anew, after the first."""

    def get(self, request, *args, **kwargs):
        if "_session_security" not in request.session:
            return HttpResponse('"logout"', content_type="application/json")
        idle = datetime.now() - get_last_activity(request.session)
        return HttpResponse(idle.seconds, content_type="application/json")


def ping(request):
    if not request.user.is_authenticated:
        return JsonResponse("logout", safe=False)
    idle = datetime.now() - get_last_activity(request.session)
    return JsonResponse(idle.seconds, safe=False)


# The app's helpers


@login_required
def idle(request):
    """For how long nobody has acted before the act that this request is."""
    last = get_last_activity(request.session)
    return JsonResponse({"idle": round((datetime.now() - last).total_seconds())})


@login_required
def keep_alive(request):
    """A video player asks for this, while it plays."""
    set_last_activity(request.session, datetime.now())
    return HttpResponse(status=204)


@login_required
def give_up(request):
    """A shared desk: whatever was, the session has only a minute left."""
    set_last_activity(request.session, datetime.now() - timedelta(seconds=540))
    return HttpResponse(status=204)


@login_required
def by_hand(request):
    """Reads the value itself."""
    last = datetime.strptime(request.session["_session_security"], "%Y-%m-%dT%H:%M:%S.%f")
    return JsonResponse({"idle": round((datetime.now() - last).total_seconds())})


@login_required
def start_anew(request):
    """Takes the value out, which means now."""
    del request.session["_session_security"]
    return HttpResponse(status=204)


@login_not_required
def who_is_here(request):
    """A status page: who has acted in the last five minutes."""
    from session_security.settings import EXPIRE_AFTER

    count = 0
    for session in Session.objects.all():
        values = session.get_decoded()
        if "_auth_user_id" in values and "_session_security" in values:
            away = datetime.now() - get_last_activity(values)
            count += away < timedelta(seconds=EXPIRE_AFTER / 2)
    return JsonResponse({"here": count})


def with_times(request):
    """A context processor."""
    from session_security.settings import EXPIRE_AFTER, WARN_AFTER

    return {"minutes": EXPIRE_AFTER // 60, "warning_after": WARN_AFTER}


# Other ways to sign in


class Remembering(LoginView):
    """With a box "remember me", for a fortnight."""

    def form_valid(self, form):
        response = super().form_valid(form)
        self.request.session.set_expiry(14 * 24 * 3600)
        return response


def leave_and_come_back(request):
    """Leads to the login page of somebody else, which has no form."""
    return redirect("login")
