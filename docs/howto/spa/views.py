from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST


@login_not_required  # also for a script with an overdue cookie
@require_POST
def sign_in(request: HttpRequest) -> JsonResponse:
    name, password = request.POST.get("username"), request.POST.get("password")
    user = authenticate(request, username=name, password=password)
    if user is None:
        return JsonResponse({"detail": "The name or the password is wrong."}, status=400)
    login(request, user)
    return JsonResponse({"user": user.get_username()})


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> JsonResponse:
    logout(request)
    return JsonResponse({"user": None})


@login_not_required
def user(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"user": request.user.get_username() or None})
