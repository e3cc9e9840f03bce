# Two commands start the sample county: `make setup` and `make run`. Everything lives in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

# The locks name no registry: pip takes the office's mirror from its own configuration.
install = $(PIP) install --quiet --require-hashes -r $(1) \
	&& $(PIP) install --quiet --no-deps --no-build-isolation --editable . \
	|| { echo "依赖安装失败：请检查网络，或为 pip 配置可用的镜像源后重试。 / Installing failed: check the network, or point pip at a mirror it can reach." >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench guide screens mutants bundle audit lock clean

help: ## 显示本帮助 / show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## 安装运行环境 / install what running needs
	@echo "环境已就绪，运行 make run 启动。 / Ready: start it with make run."

run: $(RUNTIME) ## 启动；没有台账时启动示例县 / start; without a roster, the sample county
	@exec $(BIN)/xuncha run --or-sample

setup-dev: $(DEV) ## 安装开发环境 / install what developing needs

# Tests start many processes: what Python has compiled is kept, also where the surroundings say it should not be.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(DEV) ## 运行测试 / run the tests
	@$(BIN)/python -m pytest $(or $(ARGS),--numprocesses auto --dist loadfile --no-loadscope-reorder)

check: $(DEV) ## 检查代码 / lint, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DEV) ## 性能测试 / measure the costs
	@$(BIN)/python -m tests.bench $(ARGS)

guide: $(DEV) ## 重做使用指南的图 / take the guide's pictures anew
	@$(BIN)/python -m tests.guide $(ARGS)

mutants: $(DEV) ## 在判定代码中植入错误，看测试能否发现（很久）/ plant faults in what decides, and see what no test notices (takes hours)
	@nice -n 15 $(BIN)/mutmut run --max-children 1 $(ARGS)

bundle: $(DEV) ## 制作不联网的安装包 / make a bundle that installs without a network
	@$(BIN)/python -m release bundle $(ARGS)

audit: $(DEV) ## 报告依赖的已知漏洞 / report known weaknesses of the dependencies
	@$(BIN)/python -m release audit

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-strip-extras --custom-compile-command 'make lock' pyproject.toml --group build --extra postgresql --extra workers

screens: $(DEV) ## 每个页面和表单各拍两种宽度 / take every page and form at two widths (build/screens)
	@$(BIN)/python -m tests.screens $(ARGS)

lock: $(DEV) ## 重新锁定依赖（UPGRADE=1 升级）/ lock the dependencies again (UPGRADE=1: newest)
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --constraint requirements.lock --no-annotate --output-file requirements-dev.lock

clean: ## 删除环境与缓存，不动 data/ / remove environment and caches, never data/
	rm -rf $(VENV) build dist mutants *.egg-info .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "需要 Python 3.11 或更高版本，可用 PYTHON=… 指定。 / Python 3.11 or newer is needed; name it with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "这个 Python 缺少 venv：Debian/Ubuntu 请先运行 apt install python3-venv。 / This Python lacks venv: on Debian/Ubuntu, run apt install python3-venv first." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(VENV)/pyvenv.cfg requirements.lock pyproject.toml
	@echo "正在安装运行环境，约一分钟…… / Installing, about a minute…"
	@$(call install,requirements.lock)
	@touch $@

# The development lock holds the runtime lock, version for version.
$(DEV): $(VENV)/pyvenv.cfg requirements-dev.lock pyproject.toml
	@echo "正在安装开发环境，约一分钟…… / Installing for development, about a minute…"
	@$(call install,requirements-dev.lock)
	@touch $(RUNTIME) $@
