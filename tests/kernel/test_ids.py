"""Public ids are long, of the alphabet, and all letters are as likely at every place."""

from collections import Counter

from learning.kernel.ids import new_public_id

ALPHABET = set("0123456789abcdefghjkmnpqrstvwxyz")


def test_a_public_id_is_26_letters_of_130_random_bits() -> None:
    ids = [new_public_id() for _ in range(3200)]

    assert {len(one) for one in ids} == {26}
    assert set("".join(ids)) == ALPHABET
    assert len(set(ids)) == len(ids)
    for place in (0, 25):
        counts = Counter(one[place] for one in ids)  # 100 each expected, standard deviation 10
        assert set(counts) == ALPHABET
        assert max(counts.values()) < 170
