"""Fair turns: what is asked is done, in order, by few threads, and no more than fits."""

import asyncio
import gc
import threading
import time
import weakref

import pytest

from kickitout.web.desk import BusyError, Desk, GivenUpError, go_on


@pytest.fixture
def desk():
    one = Desk(threads=1, most=2)
    yield one
    one.close()


def test_results_come_in_the_order_of_the_tasks():
    desk = Desk(threads=4)

    def task(number):
        time.sleep(0.002 * (8 - number))
        return number

    found = asyncio.run(desk.run([lambda number=number: task(number) for number in range(8)]))
    desk.close()
    assert found == list(range(8))


def test_a_request_without_tasks_is_done(desk):
    assert asyncio.run(desk.run([])) == []


def test_what_a_task_raises_is_raised_and_the_rest_is_left_out(desk):
    done = []

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        asyncio.run(desk.run([lambda: done.append(1), fail, lambda: done.append(2)]))
    assert done == [1]
    assert asyncio.run(desk.one(lambda: "still at work")) == "still at work"


def test_a_small_request_does_not_wait_for_the_whole_of_a_large_one(desk):
    order = []

    async def both():
        large = asyncio.create_task(desk.run([lambda n=n: (time.sleep(0.01), order.append(n)) for n in range(20)]))
        await asyncio.sleep(0.02)
        await desk.one(lambda: order.append("small"))
        await large

    asyncio.run(both())
    assert order.index("small") < 8
    assert len(order) == 21


def test_beyond_the_bound_it_says_when_to_come_again(desk):
    go = threading.Event()

    async def three():
        waiting = [asyncio.create_task(desk.one(go.wait)) for _ in range(2)]
        await asyncio.sleep(0.01)
        with pytest.raises(BusyError) as refused:
            await desk.one(go.wait)
        go.set()
        await asyncio.gather(*waiting)
        await desk.one(go.wait)  # there is room again
        return refused.value

    refused = asyncio.run(three())
    assert 1 <= refused.retry_after <= 30
    assert f"{refused.retry_after} s" in str(refused)


def test_what_nobody_waits_for_any_more_is_not_done_and_frees_its_place(desk):
    done = []

    async def give_up():
        task = asyncio.create_task(desk.run([lambda n=n: (time.sleep(0.01), done.append(n)) for n in range(50)]))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await desk.one(lambda: None)
        return await asyncio.gather(desk.one(lambda: 1), desk.one(lambda: 2))

    assert asyncio.run(give_up()) == [1, 2]
    assert len(done) < 10


def test_a_long_task_ends_when_nobody_waits_for_it_any_more(desk):
    steps, ended = [], threading.Event()

    def long():
        try:
            while len(steps) < 1000:
                go_on()
                steps.append(time.sleep(0.01))
        except GivenUpError:
            ended.set()
            raise

    async def give_up():
        task = asyncio.create_task(desk.one(long))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await desk.one(go_on)  # who is waited for goes on

    asyncio.run(give_up())
    assert ended.is_set()
    assert len(steps) < 100
    go_on()  # and so does who works outside a desk


def test_what_waits_is_let_go_with_who_asked_for_it(desk):
    """An upload lies in its task: it does not wait for its turn to be thrown away."""

    class Upload:
        pass

    go = threading.Event()

    async def leave():
        busy = asyncio.create_task(desk.one(go.wait))
        await asyncio.sleep(0.02)
        upload = Upload()
        gone = weakref.ref(upload)
        task = asyncio.create_task(desk.one(lambda kept=upload: kept))
        await asyncio.sleep(0.02)
        del upload
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        await asyncio.sleep(0.02)  # until the loop, too, is done with it
        gc.collect()
        assert gone() is None
        waiting = asyncio.create_task(desk.one(lambda: 1))  # its place is free at once
        await asyncio.sleep(0.02)
        go.set()
        assert await waiting == 1
        await busy

    asyncio.run(leave())


def test_closing_refuses_what_waits():
    desk = Desk(threads=1)
    go = threading.Event()

    async def close():
        waiting = [asyncio.create_task(desk.one(go.wait)) for _ in range(3)]
        await asyncio.sleep(0.01)
        threading.Timer(0.05, go.set).start()
        await asyncio.to_thread(desk.close)
        return await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(one, BusyError) for one in asyncio.run(close()))
