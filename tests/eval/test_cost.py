from collections.abc import Callable
from dataclasses import replace

from eval.cost import cost
from rag.types import Answer, ModelUse

MakeAnswer = Callable[..., Answer]


def use(prompt: int | None, completion: int | None) -> ModelUse:
    return ModelUse(name="m", endpoint="e", prompt_tokens=prompt, completion_tokens=completion)


def test_time_and_tokens(make_answer: MakeAnswer) -> None:
    plain = make_answer(says=["x"])
    counted = [replace(plain, model=use(100, 20)), replace(plain, model=use(300, 40))]
    unknown = replace(plain, model=use(None, None))
    found = cost([(1.0, counted[0]), (3.0, counted[1]), (2.0, unknown), (9.0, None)])
    assert found is not None
    # 1, 2, 3, 9: the median lies between 2 and 3, the 95th percentile 85 % from 3 to 9.
    assert (found.n, found.p50, round(found.p95, 2)) == (4, 2.5, 8.1)
    assert (found.counted, found.prompt_tokens, found.completion_tokens) == (2, 200, 30)
    assert str(found) == (
        "Half of 4 answers took up to 2.50 s, 95 % up to 8.10 s. 200 tokens sent and 30 written "
        "for each of the 2 that a chat model had a part in."
    )


def test_without_a_model_there_are_no_tokens(make_answer: MakeAnswer) -> None:
    assert str(cost([(0.5, make_answer())])) == (
        "Half of 1 answers took up to 0.50 s, 95 % up to 0.50 s."
    )
    assert cost([]) is None
