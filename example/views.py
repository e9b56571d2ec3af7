import math
import time

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from example.forms import OrderForm
from example.models import Order, Result
from session_security.conf import SecuredRequest
from session_security.decorators import passive
from session_security.sessions import times


def home(request: HttpRequest) -> HttpResponse:
    """Say what to try; open to everybody."""
    return render(request, "example/home.html")


@login_required
@never_cache  # or the back button could bring it from the browser's cache
def records(request: HttpRequest) -> HttpResponse:
    """Show what must not stay on an abandoned screen."""
    return render(request, "example/records.html", {"results": Result.objects.all()})


@login_required
def form(request: HttpRequest) -> HttpResponse:
    """Take a long form that must not be lost."""
    order_form = OrderForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and order_form.is_valid():
        order = order_form.save()
        messages.success(request, "Saved.")
        return redirect("saved", order.pk)
    return render(request, "example/form.html", {"form": order_form})


@login_required
def saved(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the long form saved."""
    order = get_object_or_404(Order, pk=pk)
    fields = []
    for field in Order._meta.concrete_fields[1:]:  # all but the id
        display = getattr(order, f"get_{field.name}_display", None)
        value = display() if display else getattr(order, field.name)
        fields.append((field.verbose_name, value))
    return render(request, "example/saved.html", {"order": order, "fields": fields})


@login_required
def monitor(request: HttpRequest) -> HttpResponse:
    """Show a page that polls the server for as long as it is open."""
    return render(request, "example/monitor.html")


def poll(request: SecuredRequest) -> JsonResponse:
    """Answer the monitor. Nothing declares it passive: being called by a script is enough."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Nobody is signed in."}, status=401)
    return JsonResponse(
        {
            "temperature": round(37 + 0.4 * math.sin(time.time() / 20), 2),
            "idle": request.session_security.idle,
        }
    )


@login_required
def frame(request: HttpRequest) -> HttpResponse:
    """Show a page with another page of this site inside."""
    return render(request, "example/frame.html")


@login_required
@xframe_options_sameorigin
def frame_note(request: HttpRequest) -> HttpResponse:
    """Show the page inside, which has no warning of its own."""
    return render(request, "example/frame_note.html")


@passive
def panel_state(request: SecuredRequest) -> JsonResponse:
    """Tell the panel what the server thinks; asking is no human act, whoever asks."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "Nobody is signed in."}, status=401)
    verdict = request.session_security
    return JsonResponse(
        {
            "user": request.user.get_username(),
            "idle": verdict.idle,
            "remaining": verdict.remaining,
            "warnAfter": verdict.timeouts.warn_after,
            "expireAfter": verdict.timeouts.expire_after,
            "lastActivity": times.last_activity(request.session),
        }
    )
