# The seed bank. `make help` lists what there is; every target prepares what it needs by itself.

PYTHON ?= python3
PY := .venv/bin/python
PREPARE := $(PYTHON) audiovisual/ground/prepare.py
# --no-deps: the lock is complete, so nothing is left for pip to work out
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes
# three processes on two cores: journeys, kills and servers wait more than they work
PYTEST := $(PY) -m pytest -n 3 --dist worksteal
POSTGRES := SEEDBANK_TEST_DATABASE=postgres $(PY) -m tests.postgres $(PYTEST) -m "not slow"

.DEFAULT_GOAL := help
.PHONY: help setup run upgrade test test-full test-postgres kills check bench demo fmt messages lock sbom advisories
.SILENT:

help: ## 列出全部命令
	sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: ## 准备运行环境：系统库、字体、虚拟环境（其他命令会自动完成）
	$(PREPARE) run
	$(call install,requirements.lock)
	$(PY) -c "from audiovisual.ground.mofiles import renew; renew()"

run: setup ## 启动种子库，默认 http://127.0.0.1:8000（HOST=… PORT=… 可改）
	exec $(PY) -m audiovisual.ground.serve

upgrade: setup ## 升级：备份、核对、升级数据库、再核对，然后启动；不成就恢复原来的数据（先停服务）
	$(PY) -m audiovisual.ground.upgrade && exec $(PY) -m audiovisual.ground.serve

test: tools ## 运行测试，含真实浏览器流程
	$(PYTEST) -m "not slow" $(ARGS)

test-full: tools ## 运行全部测试，含耗时的大库、断电与随机游走，并在两种数据库上各跑一遍
	verdict=0; $(POSTGRES) $(ARGS) || verdict=1; SEEDBANK_FULL=1 $(PYTEST) $(ARGS) || verdict=1; exit $$verdict

test-postgres: tools ## 自带启动 PostgreSQL，在其上运行测试
	$(POSTGRES) $(ARGS)

kills: tools ## 断电试验：在两种数据库上各强行结束进程 500 次（KILLS=… 可改），报告办成的写入有没有丢
	SEEDBANK_KILLS=$(or $(KILLS),500) $(PY) -m pytest -n 0 -q -s tests/attacks/test_kills.py
	SEEDBANK_TEST_DATABASE=postgres SEEDBANK_KILLS=$(or $(KILLS),500) $(PY) -m tests.postgres $(PY) -m pytest -n 0 -q -s tests/attacks/test_kills.py

check: tools ## 检查代码：格式、类型、导入方向、模板、迁移、英文译文
	$(PY) audiovisual/ground/check.py

bench: tools ## 测量每页处理器时间与 SQL 语句数，与最小 Flask 程序同场比较
	$(PY) -m tests.bench $(ARGS)

demo: setup ## 建立演示库（ARGS="--projects 10000" 建大库）
	$(PY) -m audiovisual.ground.serve --prepare
	$(PY) -m flask --app wsgi demo $(ARGS)

fmt: tools ## 整理代码格式
	.venv/bin/ruff check --quiet --fix --config audiovisual/ground/ruff.toml . || true
	.venv/bin/ruff format --quiet --config audiovisual/ground/ruff.toml .

messages: tools ## 从代码与模板提取文字，更新英文译文文件
	$(PY) -m audiovisual.ground.catalogues --update

sbom: audit-tools ## 列出产品由哪些部件组成（CycloneDX，写到 build/sbom.cdx.json）
	mkdir -p build
	$(AUDIT)/cyclonedx-py requirements --output-reproducible --short-PURLs --of JSON -o build/sbom.cdx.json requirements.lock
	echo build/sbom.cdx.json

advisories: audit-tools ## 对照公开的漏洞名单查所有部件（要连得上 PyPI）；有漏洞或名单连不上都算不通过
	$(AUDIT)/pip-audit --strict --progress-spinner off --require-hashes --disable-pip --requirement requirements.lock

# setup.cfg says which versions may be used, the locks which are; --no-emit… keeps this machine's sources out of them
LOCK := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" setup.cfg
lock: tools ## 按 setup.cfg 重新锁定依赖（UPGRADE=--upgrade 取新版本）
	$(LOCK) $(UPGRADE) --output-file requirements.lock
	$(LOCK) $(UPGRADE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) $(UPGRADE) --extra audit --constraint requirements.lock --output-file requirements-audit.lock
	rm -rf *.egg-info

# --- preparation -------------------------------------------------------------------------------------------------------

# Install a lock into .venv and keep a copy there as the stamp. Compared by content: a fresh checkout makes every file new
define install
cmp -s $(1) .venv/$(1) || { test -x $(PY) || $(PYTHON) -m venv .venv; $(PIP) -r $(1) && cp $(1) .venv/; }
endef

# Tools that look at the product from outside have an environment of their own
AUDIT := .venv-audit/bin
.PHONY: tools audit-tools
audit-tools:
	cmp -s requirements-audit.lock .venv-audit/requirements-audit.lock || { \
		test -x $(AUDIT)/python || $(PYTHON) -m venv .venv-audit; \
		$(AUDIT)/python -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes \
			-r requirements-audit.lock && cp requirements-audit.lock .venv-audit/; }

tools:
	$(PREPARE) test
	$(call install,requirements-dev.lock)
	cp requirements.lock .venv/  # the larger lock holds the smaller one
