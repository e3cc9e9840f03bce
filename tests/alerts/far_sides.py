"""Other far sides on loopback: WeCom, Feishu, DingTalk's work notices and 浙政钉, each answering in its own words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

from tests.alerts.robot import LEEWAY, Answer, Received, Robot, errcode


def said(**fields: object) -> Answer:
    """Return an answer of these fields."""
    return Answer(content=json.dumps(fields, ensure_ascii=False).encode())


class WeCom(Robot):
    """A WeCom group robot."""

    @property
    def url(self) -> str:
        return f"wecombot://{self.token}"

    def judge(self, request: Received) -> Answer:
        if request.path != "/cgi-bin/webhook/send" or request.query.get("key") != [self.token]:
            return errcode(93000, "invalid webhook url")
        kind = request.body.get("msgtype")
        longest = {"text": 2_048, "markdown": 4_096}.get(str(kind))
        if longest is None:
            return errcode(40008, "invalid message type")
        if len(request.body[str(kind)]["content"].encode()) > longest:
            return errcode(40058, f"content exceed max length {longest}")
        return errcode(0, "ok")


class Feishu(Robot):
    """A Feishu group robot."""

    @property
    def url(self) -> str:
        return f"feishu://{self.secret}@{self.token}" if self.secret else f"feishu://{self.token}"

    def judge(self, request: Received) -> Answer:
        if request.path != f"/open-apis/bot/v2/hook/{self.token}":
            return said(code=19001, data={}, msg="param invalid: incoming webhook access token invalid")
        if request.size > 20 * 1024 or request.body.get("msg_type") != "interactive":
            return said(code=9499, data={}, msg="Bad Request")
        if self.secret and not self._signed(request):
            return said(code=19021, data={}, msg="sign match fail or timestamp is not within one hour")
        return said(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success")

    def _signed(self, request: Received) -> bool:
        seconds = str(request.body.get("timestamp", "0"))
        key = f"{seconds}\n{self.secret}".encode()
        due = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        off = abs(int(seconds) - self.clock().timestamp())
        return request.body.get("sign") == due and off <= LEEWAY.total_seconds()


class Work(Robot):
    """DingTalk's interface for an office's own application; `unreached` are userids that it cannot reach."""

    def __init__(self, *, clock: Callable[[], datetime], token: str = "dingkey", secret: str = "s3cr3t") -> None:
        super().__init__(clock=clock, token=token, secret=secret)
        self.access = 1
        self.unreached: set[str] = set()

    @property
    def url(self) -> str:
        return f"dingtalkwork://{self.token}:{self.secret}@4711"

    @property
    def sent(self) -> list[Received]:
        """The messages that came in, taken or not."""
        return [received for received in self.received if received.path.endswith("asyncsend_v2")]

    def asked(self, request: Received) -> Answer:
        self.received.append(request)
        if request.path != "/gettoken" or request.query != {"appkey": [self.token], "appsecret": [self.secret]}:
            return errcode(40089, "不合法的corpid或corpsecret")
        return said(errcode=0, errmsg="ok", access_token=f"access{self.access}", expires_in=7200)

    def answer(self, request: Received) -> Answer:
        if request.path.endswith("getsendresult"):  # what was told to answer answers the message itself
            self.received.append(request)
            return self._result()
        return super().answer(request)

    def judge(self, request: Received) -> Answer:
        if request.query.get("access_token") != [f"access{self.access}"]:
            return errcode(40014, "不合法的access_token")
        if len(json.dumps(request.body["msg"], ensure_ascii=False).encode()) > 2_048:
            return errcode(400002, "msg too long")
        if request.body["agent_id"] != "4711":
            return errcode(41011, "缺少agentid")
        return said(errcode=0, errmsg="ok", task_id=256271667526, request_id="4jzllmte0wau")

    def _result(self) -> Answer:
        userid = self.sent[-1].body["userid_list"]
        lists: dict[str, list[str]] = {
            "invalid_user_id_list": [],
            "forbidden_user_id_list": [],
            "unread_user_id_list": [],
        }
        lists["invalid_user_id_list" if userid in self.unreached else "unread_user_id_list"] = [userid]
        return said(errcode=0, errmsg="ok", send_result=lists)


class Government(Robot):
    """浙政钉's interface; it takes the same words for the same person once a day."""

    def __init__(self, *, clock: Callable[[], datetime], token: str = "app-key", secret: str = "s3cr3t") -> None:
        super().__init__(clock=clock, token=token, secret=secret)
        self.shown: set[tuple[str, str]] = set()

    @property
    def url(self) -> str:
        return f"zhezhengding://{self.token}:{self.secret}@196729"

    def judge(self, request: Received) -> Answer:
        if request.headers.get("apiKey") != self.token or not self._signed(request):
            return said(success=False, bizErrorCode="OPF-B001-03-16-0001", errorMsg="签名校验失败")
        if request.body["tenantId"] != "196729":
            return said(success=True, content={"success": False, "responseMessage": "租户不存在", "responseCode": "1"})
        if len(request.body["msg"].encode()) > 2_048:
            return said(success=True, content={"success": False, "responseMessage": "消息过长", "responseCode": "2"})
        self.shown.add((request.body["receiverIds"], request.body["msg"]))
        content = {"success": True, "responseMessage": "OK", "responseCode": "0", "data": {"msgId": "aeb07a"}}
        return said(success=True, content=content, bizErrorCode="0")

    def _signed(self, request: Received) -> bool:
        head = request.headers
        words = "&".join(f"{name}={value}" for name, value in sorted(request.body.items()))
        lines = ("POST", head["X-Hmac-Auth-Timestamp"], head["X-Hmac-Auth-Nonce"], request.path, words)
        digest = hmac.new(str(self.secret).encode(), "\n".join(lines).encode(), hashlib.sha256).digest()
        off = datetime.fromisoformat(head["X-Hmac-Auth-Timestamp"]) - self.clock()
        return head["X-Hmac-Auth-Signature"] == base64.b64encode(digest).decode() and abs(off) <= LEEWAY
