from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

patient_number = RegexValidator(r"^P-\d{6}$", "Give P- and six digits, for example P-204817.")


class Result(models.Model):
    """One laboratory result: what nobody may read over an abandoned desk."""

    class Flag(models.TextChoices):
        LOW = "low", "Low"
        NORMAL = "normal", "Normal"
        HIGH = "high", "High"
        POSITIVE = "positive", "Positive"

    patient = models.CharField("patient number", max_length=8, validators=[patient_number])
    test = models.CharField(max_length=60)
    value = models.CharField(max_length=30)
    reference = models.CharField("reference range", max_length=30, blank=True)
    flag = models.CharField(max_length=10, choices=Flag.choices, default=Flag.NORMAL)
    taken_on = models.DateField()

    class Meta:
        ordering = ["-taken_on", "patient", "test"]

    def __str__(self) -> str:
        return f"{self.patient}: {self.test}"


class Order(models.Model):
    """An order for a test: what the long form saves."""

    class Ward(models.TextChoices):
        OUTPATIENTS = "outpatients", "Outpatients"
        EMERGENCY = "emergency", "Emergency"
        MATERNITY = "maternity", "Maternity"
        SURGERY = "surgery", "Surgery"

    class Sample(models.TextChoices):
        BLOOD = "blood", "Blood"
        URINE = "urine", "Urine"
        SWAB = "swab", "Swab"
        TISSUE = "tissue", "Tissue"

    class Priority(models.TextChoices):
        ROUTINE = "routine", "Routine"
        SOON = "soon", "Soon, within a day"
        NOW = "now", "At once"

    patient = models.CharField(
        "patient number",
        max_length=8,
        validators=[patient_number],
        help_text="P- and six digits, for example P-204817.",
    )
    ward = models.CharField(max_length=20, choices=Ward.choices)
    sample = models.CharField("kind of sample", max_length=20, choices=Sample.choices)
    collected_on = models.DateField()
    collected_at = models.TimeField("collected at (time)", null=True, blank=True)
    volume = models.PositiveSmallIntegerField(
        "volume in ml", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.ROUTINE)
    fasting = models.BooleanField("the patient has fasted", default=False)
    infectious = models.BooleanField("handle as infectious", default=False)
    symptoms = models.TextField()
    medication = models.TextField(blank=True)
    question = models.TextField("question to the laboratory", blank=True)
    attachment = models.CharField("attached file", max_length=255, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Order {self.pk} for {self.patient}"
