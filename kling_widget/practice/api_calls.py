"""The calls of the API, one class each, all thin: what they do is at the desk, how it travels at the door."""

from __future__ import annotations

from .answers import models, prediction
from .http_handlers import Door, Reply
from .options import Refused


class SubmitDoor(Door):
    """``POST /{model_id}``."""

    call = "submit"

    async def post(self, model: str) -> None:
        """Make a task."""

        def act() -> Reply:
            task = self.desk.submit(model, self.json())
            # Right after a submit the service says "created", however quick it will be.
            data = prediction(task, task.created, self.origin, self.desk.skew)
            return self.success(data, task=task.id, model=model)

        await self.serve(act)

    async def get(self, model: str) -> None:
        """Say that there is nothing here."""

        def act() -> Reply:
            raise Refused(404, "Not found")

        await self.serve(act)


class ResultDoor(Door):
    """``GET /predictions/{id}/result`` and ``GET``, ``DELETE /predictions/{id}``."""

    call = "result"

    async def get(self, known: str) -> None:
        """Tell how a task stands."""

        def act() -> Reply:
            task = self.desk.look(known)
            data = prediction(task, self.desk.clock(), self.origin, self.desk.skew)
            return self.success(data, task=task.id, model=task.model)

        await self.serve(act)

    async def delete(self, known: str) -> None:
        """Delete its record."""
        self.call = "delete"

        def act() -> Reply:
            if not self.desk.delete(known):
                raise Refused(404, f"Prediction {known[:64]} not found", 1401)
            return self.success({"id": known, "status": "deleted"}, task=known)

        await self.serve(act)


class ListDoor(Door):
    """``POST /predictions``."""

    call = "list"

    async def post(self) -> None:
        """Tell a page of tasks: no prompts, no inputs."""

        def act() -> Reply:
            lag = self.fault.seconds if self.fault and self.fault.effect == "lag" else 0.0
            page, found = self.desk.recent(self.json(), lag)
            now = self.desk.clock()
            items = [prediction(task, now, self.origin, self.desk.skew) for task in found]
            return self.success({"page": page, "items": items})

        await self.serve(act)


class DeleteDoor(Door):
    """``POST /predictions/delete``."""

    call = "delete"

    async def post(self) -> None:
        """Delete several records; those that are not there are passed over."""

        def act() -> Reply:
            ids = self.json().get("ids")
            if not isinstance(ids, list) or not ids or not all(isinstance(known, str) for known in ids):
                raise Refused(400, "Missing parameter: ids is a list of ids", 1400)
            return self.success({"deleted": sum(self.desk.delete(known) for known in ids)})

        await self.serve(act)


class BalanceDoor(Door):
    """``GET /balance``."""

    call = "balance"

    async def get(self) -> None:
        """Tell the play money left, in dollars."""
        await self.serve(lambda: self.success({"balance": self.desk.balance() / 1_000_000}))


class ModelsDoor(Door):
    """``GET /models``."""

    call = "models"

    async def get(self) -> None:
        """Tell the catalogue."""
        await self.serve(lambda: self.success(models()))


class PriceDoor(Door):
    """``POST /model/price``."""

    call = "price"

    async def post(self) -> None:
        """Tell what inputs would cost."""
        await self.serve(lambda: self.success(self.desk.price(self.json())))


class BillingDoor(Door):
    """``POST /billings/search``."""

    call = "billing"

    async def post(self) -> None:
        """Tell what was charged."""
        await self.serve(lambda: self.success(self.desk.bills(self.json())))
