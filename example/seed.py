"""The users and records that the demonstration starts with."""

from datetime import date, timedelta

from django.contrib.auth import get_user_model

from example.models import Result

#: Username to password. `demo` may use the admin; `other` is somebody else at the same desk.
USERS = {"demo": "demo", "other": "other"}

# Patient number, test, value, reference range, flag, days ago: all invented.
RESULTS = [
    ("P-204817", "Potassium", "5.9 mmol/l", "3.5 to 5.1", Result.Flag.HIGH, 0),
    ("P-204817", "Creatinine", "81 µmol/l", "59 to 104", Result.Flag.NORMAL, 0),
    ("P-118340", "HIV antibodies", "reactive", "not reactive", Result.Flag.POSITIVE, 1),
    ("P-391172", "Haemoglobin A1c", "74 mmol/mol", "20 to 42", Result.Flag.HIGH, 1),
    ("P-391172", "Ferritin", "11 µg/l", "30 to 400", Result.Flag.LOW, 2),
    ("P-560023", "Pregnancy test (hCG)", "positive", "negative", Result.Flag.POSITIVE, 2),
    ("P-560023", "Thyrotropin", "2.1 mU/l", "0.4 to 4.0", Result.Flag.NORMAL, 3),
    ("P-772908", "Blood alcohol", "1.4 g/l", "below 0.1", Result.Flag.HIGH, 4),
]


def seed() -> None:
    """Make the users and, where there are no results at all, the results. May be called again."""
    User = get_user_model()
    for username, password in USERS.items():
        user, _ = User.objects.get_or_create(
            username=username,
            defaults={"is_staff": username == "demo", "is_superuser": username == "demo"},
        )
        # Only where it differs: a new hash would end the sessions that are open.
        if not user.check_password(password):
            user.set_password(password)
            user.save()
    if not Result.objects.exists():
        Result.objects.bulk_create(
            Result(
                patient=patient,
                test=test,
                value=value,
                reference=reference,
                flag=flag,
                taken_on=date.today() - timedelta(days=days),
            )
            for patient, test, value, reference, flag, days in RESULTS
        )
