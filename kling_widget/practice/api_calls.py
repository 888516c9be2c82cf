"""The calls of the API, one thin class each: ``simulated_service`` decides, ``http_handlers`` sends."""

from __future__ import annotations

from .answers import models, prediction
from .http_handlers import ApiHandler, Reply
from .options import Refused


class SubmitHandler(ApiHandler):
    """``POST /{model_id}``."""

    call = "submit"

    async def post(self, model: str) -> None:
        """Create a task."""

        def act() -> Reply:
            task = self.service.submit(model, self.json())
            # Right after a submit the service says "created", however quick it will be.
            data = prediction(task, task.created, self.origin, self.service.skew)
            return self.success(data, task=task.id, model=model)

        await self.serve(act)

    async def get(self, model: str) -> None:
        """Answer 404."""

        def act() -> Reply:
            raise Refused(404, "Not found")

        await self.serve(act)


class ResultHandler(ApiHandler):
    """``GET /predictions/{id}/result`` and ``GET``, ``DELETE /predictions/{id}``."""

    call = "result"

    async def get(self, task_id: str) -> None:
        """Return a task's record."""

        def act() -> Reply:
            task = self.service.current(task_id)
            data = prediction(task, self.service.clock(), self.origin, self.service.skew)
            return self.success(data, task=task.id, model=task.model)

        await self.serve(act)

    async def delete(self, task_id: str) -> None:
        """Delete a task's record."""
        self.call = "delete"

        def act() -> Reply:
            if not self.service.delete(task_id):
                raise Refused(404, f"Prediction {task_id[:64]} not found", 1401)
            return self.success({"id": task_id, "status": "deleted"}, task=task_id)

        await self.serve(act)


class ListHandler(ApiHandler):
    """``POST /predictions``."""

    call = "list"

    async def post(self) -> None:
        """Return a page of tasks, without prompts and inputs."""

        def act() -> Reply:
            lag = self.fault.seconds if self.fault and self.fault.effect == "lag" else 0.0
            page, found = self.service.recent(self.json(), lag)
            now = self.service.clock()
            items = [prediction(task, now, self.origin, self.service.skew) for task in found]
            return self.success({"page": page, "items": items})

        await self.serve(act)


class DeleteHandler(ApiHandler):
    """``POST /predictions/delete``."""

    call = "delete"

    async def post(self) -> None:
        """Delete several records; ignore ids that do not exist."""

        def act() -> Reply:
            ids = self.json().get("ids")
            if not isinstance(ids, list) or not ids or not all(isinstance(task_id, str) for task_id in ids):
                raise Refused(400, "Missing parameter: ids is a list of ids", 1400)
            return self.success({"deleted": sum(self.service.delete(task_id) for task_id in ids)})

        await self.serve(act)


class BalanceHandler(ApiHandler):
    """``GET /balance``."""

    call = "balance"

    async def get(self) -> None:
        """Return the play money that is left, in dollars."""
        await self.serve(lambda: self.success({"balance": self.service.balance() / 1_000_000}))


class ModelsHandler(ApiHandler):
    """``GET /models``."""

    call = "models"

    async def get(self) -> None:
        """Return the catalog."""
        await self.serve(lambda: self.success(models()))


class PriceHandler(ApiHandler):
    """``POST /model/price``."""

    call = "price"

    async def post(self) -> None:
        """Return what the given inputs cost."""
        await self.serve(lambda: self.success(self.service.price(self.json())))


class BillingHandler(ApiHandler):
    """``POST /billings/search``."""

    call = "billing"

    async def post(self) -> None:
        """Return a page of billing records."""
        await self.serve(lambda: self.success(self.service.bills(self.json())))
