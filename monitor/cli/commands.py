"""Every command as it is typed: its name, its options, its help, and the function that does it.

Help pages need no more than this, so nothing else is imported for them (`chinese.Command`).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from monitor.cli.chinese import Command, Group, Option
from monitor.cli.moments import DAY, MOMENT, PAST_MOMENT

_REPORTS = (
    *("weekly", "bulletin", "public", "problems", "recheck", "ledger", "sample", "work-orders"),
    *("deductions", "review", "deregistration"),
)
_FORMS = ("roster", "posts", "filed-list", "bulletins", "work-orders", "index", "decisions", "records")
_PATH = click.Path(path_type=Path)
_flag = partial(Option, is_flag=True)
_out = partial(Option, ["--out"], required=True, type=_PATH, metavar="文件")
_number = partial(click.Argument, ["number"], metavar="编号")
_file = partial(click.Argument, ["file"], type=_PATH, metavar="文件")
_CASE = _number(type=int)
_BY = Option(["--by"], metavar="姓名", help="谁核实或决定的，默认为登录本机的用户名。")
_NOTE = Option(["--note"], metavar="说明", default="", help="怎样核实的，为什么这样决定。")
_DOCUMENT = Option(["--document"], metavar="文号", help="依据文号。")
_TABLE = _out(help="必填：写到哪个文件（.docx、.xlsx、.csv 或 .json）。")
_LETTER = _out(help="必填：写到哪个文件（.docx，或 .xlsx、.csv、.json）。")
_JSON = _flag(["--json", "as_json"], help="输出 JSON。")
_YES = _flag(["--yes"], help="不再询问。")
_NUMBERS = click.Argument(["numbers"], nargs=-1, metavar="[编号]...")
_AS_OF = Option(["--as-of"], type=PAST_MOMENT, metavar="时刻", help="内容在哪一时刻成立，默认现在。")
_UNTIL = Option(["--as-of"], type=PAST_MOMENT, metavar="时刻", help="内容截至哪一时刻，默认现在；更晚的日期不接受。")
_DRY_RUN = _flag(["--dry-run"], help="只显示会有哪些变化，不写入。")
_STAYING = (
    Command(
        "run",
        "运行服务，直到按 Ctrl-C 或收到 SIGTERM。",
        "run:run",
        _flag(["--or-sample"], help="还没有台账时，运行示例县。"),
    ),
    Command("sample", "运行示例县：虚构的账号、平台和收件箱，都在本机，用来了解本系统。", "run:sample"),
    Command(
        "worker",
        "运行一个出口地址的采集进程：只采集，不判定，不发送。用于 dispatch.kind 为 procrastinate 的设置。",
        "worker:serve_queue",
        Option(["--queue"], required=True, metavar="出口地址", help="必填：dispatch.addresses 中的名称。"),
        Option(
            ["--proxy"],
            envvar="XUNCHA_PROXY",
            metavar="URL",
            help="从这个代理出去，代替设置项 network.proxy；含密码的写在环境变量 XUNCHA_PROXY 里。",
        ),
        Option(
            ["--metrics"],
            envvar="XUNCHA_METRICS",
            metavar="地址:端口",
            help="在这个地址提供采集进程自己的指标，供 Prometheus 采集；不写则不提供。",
        ),
    ),
    Command("health", "询问正在运行的服务是否正常。", "health:ask_health"),
)
_LOOKING = (
    Command(
        "check",
        "立即采集账号（不写则采集全部），并保存采集到的内容。",
        "look:check_now",
        click.Argument(["accounts"], nargs=-1, metavar="[账号ID]..."),
        _JSON,
    ),
    Command(
        "read",
        "用采集器读一个保存下来的页面，输出读到的内容。",
        "look:read_file",
        click.Argument(["collector"], metavar="采集器"),
        _file(),
        Option(["--url"], metavar="网址", default="https://example.invalid/", help="文件来自哪个地址（仅供参考）。"),
        Option(["--at"], type=MOMENT, metavar="时刻", help="采集的时刻，用于“3分钟前”之类的时间；默认现在。"),
        _flag(["--json", "as_json"], help="输出 JSON（总是如此）。"),
    ),
    Command(
        "evaluate",
        "按规则判定并列出结果；只读取，不改变任何事项。",
        "evaluate:print_findings",
        Option(["--at"], type=MOMENT, metavar="时刻", help="判定哪一时刻的情况，默认现在。"),
        Option(["--known-at"], type=MOMENT, metavar="时刻|now", help="按哪一时刻所知判定，默认与 --at 相同。"),
        Option(["--account"], metavar="账号ID", help="只判定一个账号。"),
        _flag(["--all", "everything"], help="也列出未发现问题和不涉及的结果。"),
        _JSON,
    ),
)
_IMPORT = Group(
    "import",
    "导入表格（xlsx 或 csv）。有一行不合格，整个文件都不导入。",
    (
        Command(
            "roster",
            "导入台账：按账号ID新增或修改。",
            "import_roster:take_roster",
            _file(),
            _AS_OF,
            _DRY_RUN,
            _flag(["--replace"], help="文件中没有的账号从台账删除，删除前会询问。"),
            Option(["--unit"], metavar="主办单位", help="与 --replace 同用：只删除这个单位的账号。"),
            Option(
                ["--area"],
                metavar="地区",
                help="与 --unit 同用：是哪个地区的单位；几个地区都有这个名称的单位时须写明。",
            ),
            _YES,
        ),
        Command(
            "posts",
            "导入发布记录：增加到已知的发布中。",
            "import_roster:take_posts",
            _file(),
            _AS_OF,
            _DRY_RUN,
            _flag(["--complete"], help="文件列出了所涉账号的全部发布：作为一次人工核查。"),
            Option(["--accounts"], metavar="账号ID,…|all", help="与 --complete 同用：还核查了哪些账号而没有发现发布。"),
            _YES,
        ),
        Command(
            "filed-list",
            "导入已备案清单：一个地区那一天全部已备案的账号。",
            "import_papers:take_filed_list",
            _file(),
            _AS_OF,
            Option(
                ["--area"],
                metavar="地区",
                help="是哪个地区的清单；默认按“地区”列，没有这一列的按各账号所属的地区，须一致。",
            ),
            _DRY_RUN,
        ),
        Command(
            "bulletins",
            "导入通报：同一系列同一期再次导入即为更正，整期替换。",
            "import_papers:take_bulletins",
            _file(),
            _UNTIL,
            _DRY_RUN,
        ),
        Command(
            "work-orders",
            "导入省平台工单：同一编号再次导入即为更正，整件替换；答复用记录“工单答复”登记。",
            "import_papers:take_orders",
            _file(),
            _UNTIL,
            _DRY_RUN,
        ),
        Command(
            "index",
            "导入运营效果指数：同一周同一账号再次导入即为更正，其他账号不变。",
            "import_papers:take_index",
            _file(),
            _UNTIL,
            _DRY_RUN,
        ),
        Command(
            "decisions",
            "导入处置决定：豁免、保留、清理整合、注销、确认、误报、撤销。",
            "import_papers:take_decisions",
            _file(),
            _UNTIL,
            _DRY_RUN,
        ),
        Command(
            "records",
            "导入记录：培训、检查、核查、备案变更等，类型见 docs/operating.md。",
            "import_papers:take_records",
            _file(),
            _UNTIL,
            _DRY_RUN,
        ),
        Command("list", "列出导入过的文件，最近的在前；编号用于撤回。", "import_withdraw:list_imports"),
        Command(
            "withdraw",
            "撤回一次导入的全部内容；撤回前所知的仍可按 --known-at 判定。",
            "import_withdraw:withdraw",
            _number(type=click.IntRange(min=1)),
            _YES,
        ),
    ),
)
_HANDING_OUT = (
    Command(
        "export",
        "导出 roster 台账、template 空表、records 记录、work-orders 省平台工单、findings 判定、cases 事项、"
        "messages 消息、personal-data 个人信息。",
        "export:export_list",
        click.Argument(
            ["what"],
            type=click.Choice(
                ("roster", "template", "records", "work-orders", "findings", "cases", "messages", "personal-data")
            ),
            metavar="内容",
        ),
        _TABLE,
        Option(["--person"], metavar="姓名|手机|邮箱|钉钉", help="与 personal-data 同用：只导出关于这个人的内容。"),
        Option(
            ["--for", "form"],
            type=click.Choice(_FORMS),
            metavar="内容",
            help=f"与 template 同用：{'、'.join(_FORMS)} 的空白表。",
        ),
        _flag(["--unstated"], help="与 records 同用：只导出未写明结果的，填写后再导入。"),
        short="导出台账、空白表、记录、判定、事项、消息、个人信息。",
    ),
    Command(
        "report",
        "写出报表：weekly 周报，bulletin 通报送审稿，public 通报公开稿，problems 问题清单，recheck 上期问题复查情况，"
        "ledger 台账全表，sample 随机抽查名单，deductions 扣分建议清单，review 联合研判表，"
        "deregistration 注销进度表，work-orders 省平台工单回复表；只提建议，由人决定。",
        "report:write_report",
        click.Argument(["what"], type=click.Choice(_REPORTS), metavar="内容"),
        _TABLE,
        Option(
            ["--period"],
            metavar="期间",
            help="季度 2026-Q2、月份 2026-05、周 2026-W21 或 2026-05-01..2026-05-20，"
            "默认本季度，周报默认上周；按期末的情况判定。",
        ),
        Option(["--known-at"], type=MOMENT, metavar="时刻|now", help="按哪一时刻所知判定，默认与期末相同。"),
        Option(["--seed"], metavar="种子", help="与 sample 同用：同一种子抽出同样的账号，默认随机生成并写明。"),
        Option(["--count"], type=click.IntRange(1, 100_000), metavar="个数", help="与 sample 同用，默认十分之一。"),
        short="写出周报、通报、清单、抽查名单、扣分建议、研判表、注销进度。",
    ),
    Command(
        "handover",
        "写出一个账号的交接单，供联络员离任时交接；含联系人。",
        "letters:write_handover",
        click.Argument(["account"], metavar="账号ID"),
        _LETTER,
    ),
)
_CASES = Group(
    "case",
    "事项：查看、核实、登记处置决定、办结，写出整改通知单。",
    (
        Command(
            "list",
            "列出事项，最近列入的在前。",
            "case:list_cases",
            _flag(["--all", "everything"], help="也列出已办结的事项。"),
        ),
        Command("show", "显示一个事项的当前情况、依据、每一步和登记的决定。", "case:show_case", _CASE),
        Command(
            "confirm", "确认疑似、待研判的问题属实（移动客户端请先在手机上核实）。", "case:confirm", _CASE, _BY, _NOTE
        ),
        Command("reject", "把疑似、待研判的问题判为误报；这一次不再提醒。", "case:reject", _CASE, _BY, _NOTE),
        Command(
            "exempt",
            "登记账号、单位或地区的豁免：到期以前不再提醒，不列入清理整合建议名单；“一律”“不得”的不能豁免。",
            "case:exempt",
            _CASE,
            Option(["--until"], type=DAY, metavar="日期", help="有效期至哪一天（含），默认一年。"),
            Option(["--document"], metavar="文号", help="依据文号；“原则上”的要求必填。"),
            Option(["--by"], metavar="姓名", help="谁决定的，必填。"),
            Option(["--note"], metavar="理由", default="", help="为什么豁免，必填。"),
        ),
        Command(
            "retain",
            "登记保留：账号去留研判为保留，这一次不再列入清理整合建议名单；更新等要求照常。",
            "case:retain",
            _CASE,
            _DOCUMENT,
            _BY,
            Option(["--note"], metavar="理由", default="", help="为什么保留，必填。"),
        ),
        Command(
            "consolidate",
            "登记清理整合的决定；系统不执行，办理进度用记录登记。",
            "case:consolidate",
            _CASE,
            Option(["--into"], metavar="账号", default="", help="归集到哪个账号：账号ID或名称；不在台账上的写名称。"),
            _DOCUMENT,
            _BY,
            _NOTE,
        ),
        Command(
            "deregister",
            "登记注销的决定；系统不执行，办理进度用记录登记。",
            "case:deregister",
            _CASE,
            _DOCUMENT,
            _BY,
            _NOTE,
        ),
        Command(
            "revoke",
            "撤销此前就该账号、单位或地区该项要求作出的决定（豁免、保留等），自当日起恢复判定。",
            "case:revoke",
            _CASE,
            _DOCUMENT,
            _BY,
            _NOTE,
        ),
        Command("approve", "确认另一名操作员提出的注销或豁免（review.two_persons）。", "case:approve", _CASE),
        Command("decline", "退回另一名操作员提出的注销或豁免，或撤回自己提出的。", "case:decline", _CASE, _NOTE),
        Command("close", "人工办结：只限问题已消除、又没有自动办结的。", "case:close_case", _CASE, _BY, _NOTE),
        Command(
            "notice",
            "写出给主办单位的整改通知单（送审稿）；只限现在判定为存在问题的。",
            "letters:write_notice",
            _CASE,
            _LETTER,
        ),
    ),
)
_MESSAGES = Group(
    "message",
    "消息：查看、重发、放行、试发。",
    (
        Command(
            "list",
            "列出最近的消息。",
            "message:list_messages",
            Option(
                ["--state"], metavar="状态", help="只列出一种状态：待放行、待发送、发送中、已送达、发送失败、已取消。"
            ),
        ),
        Command(
            "show", "显示一条消息的内容和每次发送的结果；仅收件人可用的链接不显示。", "message:show_message", _number()
        ),
        Command(
            "retry",
            "把发送失败的消息再发一次；发出前会再核对一次，全部仍成立的编号和内容不变，否则只把仍成立的另写一条。",
            "message:retry_messages",
            _NUMBERS,
        ),
        Command(
            "release",
            "放行待放行的消息；发出前会再核对一次，已更新的不再发。",
            "message:release_messages",
            _NUMBERS,
            _flag(["--all", "everything"], help="全部放行。"),
        ),
        Command(
            "test",
            "经一个渠道试发一条消息，看对方是否接收；不论时间，计入渠道的发送速度，并留下记录。",
            "message:send_trial",
            click.Argument(["channel"], metavar="渠道"),
            Option(["--to", "address"], metavar="地址", help="收件人的邮箱或钉钉ID；群机器人则点名这个手机号。"),
        ),
    ),
)
_AUDIT = Group(
    "audit",
    "操作记录。",
    (
        Command(
            "verify",
            "核对操作记录有没有被改动或删去，并给出末条校验值，请另行保存。",
            "audit:verify",
            Option(["--digest"], metavar="校验值", help="以前记下的末条校验值：核对当时的记录仍在其中。"),
        ),
        Command("export", "导出全部操作记录，连同各条的校验值。", "audit:export_log", _TABLE),
    ),
)
_TOKENS = Group(
    "token",
    "接口令牌。",
    (
        Command(
            "add",
            "发放令牌并显示一次，请立即保存；以后只显示开头几位。",
            "token:issue",
            click.Argument(["name"], metavar="用途"),
            Option(
                ["--scope", "scopes"],
                type=click.Choice(("read", "post_links", "decide", "office", "contacts", "import")),
                multiple=True,
                metavar="权限",
                help="可写多次：read（读取）、post_links（登记发布链接）、decide（处置和放行）、office（读取办公室资料）、"
                "contacts（查看联系方式）、import（导入和撤回）。",
            ),
            Option(["--days"], type=int, default=365, metavar="天数", help="有效期，默认365天，至多366天。"),
            Option(["--area"], metavar="地区", help="只用于一个地区的账号和事项时写明。"),
        ),
        Command("list", "列出令牌：编号、用途、权限、地区、到期日、最近使用。", "token:show_tokens"),
        Command("revoke", "停用一个令牌，立即生效。", "token:revoke", _number(type=int)),
    ),
)
_HOOKS = Group(
    "hook",
    "推送地址：事项列入、有新的一步、办结时，推送给其他单位的程序。",
    (
        Command(
            "add",
            "新增推送地址，并显示一次签名密钥，请立即保存。",
            "hook:add_hook",
            click.Argument(["name"], metavar="名称"),
            click.Argument(["url"], metavar="地址"),
            Option(["--area"], metavar="地区", help="只推送一个地区的事项时写明。"),
        ),
        Command("list", "列出推送地址：编号、名称、主机、地区、状况、最近送达、待推送。", "hook:show_hooks"),
        Command("test", "向对方发一条不含内容的测试。", "hook:test_hook", _number(type=int)),
        Command("rotate", "更换签名密钥，并显示一次；旧密钥再签一天。", "hook:rotate_hook", _number(type=int)),
        Command("disable", "停用，立即停止推送。", "hook:disable_hook", _number(type=int)),
        Command("enable", "重新启用，从现在起的变化向它推送。", "hook:enable_hook", _number(type=int)),
        Command("resend", "补发没有送到的，编号不变。", "hook:resend_hook", _number(type=int)),
        Command("settle", "没有送到的不再补发。", "hook:settle_hook", _number(type=int)),
    ),
)
_NAME = click.Argument(["name"], metavar="用户名")
_USERS = Group(
    "user",
    "用户：新增、查看、停用、启用、设置密码、生成一次性链接。",
    (
        Command(
            "add",
            "新增用户，并生成由本人设置密码的一次性链接。",
            "user:add",
            _NAME,
            Option(
                ["--role", "roles"],
                type=click.Choice(("管理员", "操作员", "只读", "单位")),
                multiple=True,
                required=True,
                metavar="角色",
                help="必填，可写多次：管理员、操作员、只读、单位。",
            ),
            Option(["--unit"], metavar="主办单位", help="角色为单位时必填：哪个主办单位。"),
            Option(["--area"], metavar="地区", help="几个地区有同名单位时，写明地区。"),
        ),
        Command("list", "列出用户：用户名、角色、状态、上次登录。", "user:show_users"),
        Command("disable", "停用用户，其登录立即退出，登记过的决定保留。", "user:disable", _NAME),
        Command("enable", "重新启用用户，密码不变。", "user:enable", _NAME),
        Command("password", "为用户设置密码，按提示输入两次；其登录立即退出。", "user:password", _NAME),
        Command(
            "link",
            "生成设置密码的一次性链接，30分钟内有效；还没有用户时不写用户名，用来设置首位管理员。",
            "user:link",
            click.Argument(["name"], required=False, metavar="[用户名]"),
        ),
    ),
)
_CONFIG = Group(
    "config",
    "设置：检查，取出 Word 模板。",
    (
        Command("check", "检查设置和自定的 Word 模板是否正确。", "config:check_settings"),
        Command(
            "documents",
            "把自带的 Word 模板写到设置目录的 documents 里，供修改；已有的不动。",
            "config:write_templates",
        ),
    ),
)
_DATABASE = Group(
    "db",
    "数据库。",
    (
        Command("upgrade", "把数据库升级到程序需要的版本；不存在则新建。", "db:upgrade"),
        Command(
            "backup",
            "备份数据库，服务可以照常运行。备份是一个 SQLite 文件。",
            "db:back_up_to",
            _out(help="必填：写到哪个文件；已有的文件不会覆盖。"),
        ),
        Command(
            "restore",
            "用备份恢复数据库。请先停止服务。",
            "db:restore_from",
            _file(),
            _flag(["--yes"], help="数据库里已有台账也照样恢复，现有内容全部换掉。"),
        ),
        Command(
            "copy",
            "把数据库原样复制到另一个（SQLite 或 PostgreSQL），并逐行核对。",
            "db:copy_to",
            Option(["--to"], required=True, metavar="URL", help="必填：复制到哪个数据库，须是空的。"),
        ),
        Command(
            "prune",
            "清理超过保存期限（设置项 retention）的内容；服务每天自动清理，一般不必运行。",
            "db:prune",
            Option(["--person"], metavar="姓名|手机|邮箱|钉钉", help="应本人要求，改为清除其姓名和联系方式。"),
            _flag(["--yes"], help="与 --person 同用：不再询问。"),
        ),
    ),
)

XUNCHA = click.version_option(package_name="xuncha", message="xuncha %(version)s", help="显示版本。")(
    Group(
        "xuncha",
        "巡查：监测政务新媒体的更新与可用情况，在超期之前提醒责任人。",
        (
            *_STAYING,
            *_LOOKING,
            _IMPORT,
            *_HANDING_OUT,
            _CASES,
            _MESSAGES,
            _AUDIT,
            _USERS,
            _TOKENS,
            _HOOKS,
            _CONFIG,
            _DATABASE,
        ),
        Option(
            ["--config"],
            type=_PATH,
            default=Path("config"),
            envvar="XUNCHA_CONFIG",
            metavar="目录",
            help="设置所在的目录，默认 config（环境变量 XUNCHA_CONFIG）。",
        ),
        Option(
            ["--db"],
            default="sqlite:///data/xuncha.db",
            envvar="XUNCHA_DB",
            metavar="URL",
            help="数据库，默认 sqlite:///data/xuncha.db（环境变量 XUNCHA_DB）。",
        ),
    )
)
