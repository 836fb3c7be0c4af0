import pytest

from scimulate.steps.names import Names

NAMES = Names("k3f9x2abs1x5f21c0")


@pytest.mark.parametrize(
    ("written", "real"),
    [
        ("ada@contoso.test", "ada.k3f9x2abs1x5f21c0@contoso.test"),
        ("ADA@CONTOSO.TEST", "ADA.K3F9X2ABS1X5F21C0@CONTOSO.TEST"),
        ('userName eq "o\'brien@contoso.test"', 'userName eq "o\'brien.k3f9x2abs1x5f21c0@contoso.test"'),
        ("Mathematician", "Mathematician"),
    ],
)
def test_a_user_name_becomes_the_scenarios_own(written: str, real: str) -> None:
    assert NAMES.real(written) == real


def test_a_group_is_named_with_the_mark() -> None:
    assert NAMES.group("Engineering") == "Engineering k3f9x2abs1x5f21c0"
