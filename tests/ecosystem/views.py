"""The pages of a site that is there only for its packages."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import include, path


class GroupForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Group
        fields = ["name"]


@login_required
def form(request: HttpRequest) -> HttpResponse:
    """A form; what was sent is listed below it."""
    filled = GroupForm(request.POST or None)
    if filled.is_valid():
        filled.save()
        return redirect("form")
    names = Group.objects.values_list("name", flat=True)
    return render(request, "form.html", {"form": filled, "names": names})


def poll(request: HttpRequest) -> JsonResponse:
    """What a script asks for again and again."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=403)
    return JsonResponse({"news": 0})


ours = path("session_security/", include("session_security.urls"))
pages = [
    path("form/", form, name="form"),
    path("poll/", poll, name="poll"),
    ours,
]
login_pages = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
