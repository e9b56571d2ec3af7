import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "patient",
                    models.CharField(
                        help_text="P- and six digits, for example P-204817.",
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^P-\\d{6}$", "Give P- and six digits, for example P-204817."
                            )
                        ],
                        verbose_name="patient number",
                    ),
                ),
                (
                    "ward",
                    models.CharField(
                        choices=[
                            ("outpatients", "Outpatients"),
                            ("emergency", "Emergency"),
                            ("maternity", "Maternity"),
                            ("surgery", "Surgery"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "sample",
                    models.CharField(
                        choices=[
                            ("blood", "Blood"),
                            ("urine", "Urine"),
                            ("swab", "Swab"),
                            ("tissue", "Tissue"),
                        ],
                        max_length=20,
                        verbose_name="kind of sample",
                    ),
                ),
                ("collected_on", models.DateField()),
                (
                    "collected_at",
                    models.TimeField(blank=True, null=True, verbose_name="collected at (time)"),
                ),
                (
                    "volume",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="volume in ml",
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("routine", "Routine"),
                            ("soon", "Soon, within a day"),
                            ("now", "At once"),
                        ],
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "fasting",
                    models.BooleanField(default=False, verbose_name="the patient has fasted"),
                ),
                (
                    "infectious",
                    models.BooleanField(default=False, verbose_name="handle as infectious"),
                ),
                ("symptoms", models.TextField()),
                ("medication", models.TextField(blank=True)),
                (
                    "question",
                    models.TextField(blank=True, verbose_name="question to the laboratory"),
                ),
                (
                    "attachment",
                    models.CharField(
                        blank=True, editable=False, max_length=255, verbose_name="attached file"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Result",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "patient",
                    models.CharField(
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^P-\\d{6}$", "Give P- and six digits, for example P-204817."
                            )
                        ],
                        verbose_name="patient number",
                    ),
                ),
                ("test", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=30)),
                (
                    "reference",
                    models.CharField(blank=True, max_length=30, verbose_name="reference range"),
                ),
                (
                    "flag",
                    models.CharField(
                        choices=[
                            ("low", "Low"),
                            ("normal", "Normal"),
                            ("high", "High"),
                            ("positive", "Positive"),
                        ],
                        default="normal",
                        max_length=10,
                    ),
                ),
                ("taken_on", models.DateField()),
            ],
            options={
                "ordering": ["-taken_on", "patient", "test"],
            },
        ),
    ]
