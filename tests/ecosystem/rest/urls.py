from django.contrib.auth.models import Group
from django.urls import include, path
from rest_framework.generics import ListCreateAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.serializers import ModelSerializer

from tests.ecosystem.views import login_pages, pages


class GroupSerializer(ModelSerializer):
    class Meta:
        model = Group
        fields = ["name"]


class Groups(ListCreateAPIView):
    queryset = Group.objects.order_by("pk")
    serializer_class = GroupSerializer
    permission_classes = [IsAuthenticated]


urlpatterns = [
    path("api/", Groups.as_view()),
    path("api-auth/", include("rest_framework.urls")),
    *login_pages,
    *pages,
]
