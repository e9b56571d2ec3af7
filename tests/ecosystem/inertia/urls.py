import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from inertia import inertia

from tests.ecosystem.views import login_pages, ours, poll


@login_required
@inertia("Groups")
def form(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    if request.method == "POST":
        Group.objects.create(name=json.loads(request.body)["name"])
        return redirect("form")
    return {"names": list(Group.objects.values_list("name", flat=True))}


urlpatterns = [
    path("form/", form, name="form"),
    path("poll/", poll, name="poll"),
    ours,
    *login_pages,
]
