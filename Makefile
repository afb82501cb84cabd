# SPDX-License-Identifier: GPL-3.0-or-later
LAB = .venv/bin/ansible-playbook -i inventories/lab/hosts.yml
.DEFAULT_GOAL = help
.PHONY: help setup lab lab-down lab-status test lint format unit schema report bench molecule clean

help: ## Say what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make test STAGES="lint unit"        only these of: lint unit docs sanity artefact browser lab idempotence proofs'
	@echo '  make molecule PROOFS="host_killed"  only these scenarios of molecule/'
	@echo '  make bench BENCH=--quick            smaller, some minutes; docs/benchmarks.md says what else it takes'
	@echo '  make bench BENCH=firewall           only the rule set of the gateways, two minutes'
	@echo '  make setup PYTHON=/path/to/python   with that Python (3.11 or newer)'

setup: ## Make .venv with all Python parts and link this checkout as medvirt.hospital
	@PYTHON='$(PYTHON)' scripts/setup

lab: setup ## Build the lab hospital on this machine (root, Debian 12 or later); again: changes nothing
	@scripts/run_lab

lab-down: setup ## Remove the lab: only its own containers, networks and files
	@$(LAB) playbooks/lab_down.yml

lab-status: setup ## Show the lab's hosts, cluster, storage and guests
	@$(LAB) playbooks/lab_status.yml

test: setup ## Everything: checks, unit tests, the lab, its second run, then the proofs that break it
	@STAGES='$(STAGES)' PROOFS='$(PROOFS)' scripts/run_tests

lint: setup ## Check the sources: ruff, yamllint, ansible-lint, changelog fragments
	@scripts/lint

format: setup ## Lay out the Python sources as `make lint` wants them
	@.venv/bin/ruff format

unit: setup ## Run the unit tests
	@.venv/bin/pytest

schema: setup ## Write the schema of hospital.yml again after a change of the models
	@scripts/schema

report: setup ## Draw the reference hospital's report into build/report.html
	@.venv/bin/ansible-playbook playbooks/report.yml -i inventories/reference_hospital/hosts.yml -e report_file=build/report.html

bench: setup ## Measure the placement engine beside its peers, and the gateway's rule set (root); writes docs/benchmarks*.md
	@scripts/bench $(BENCH)

molecule: setup ## Run the proofs on a lab that is already built (PROOFS="..." to choose)
	@STAGES=proofs PROOFS='$(PROOFS)' scripts/run_tests

clean: ## Remove .venv and what tests and builds left; the lab, its keys and secrets stay
	rm -rf .venv build .ansible .pytest_cache .ruff_cache .hypothesis medvirt-hospital-*.tar.gz
	find . -name __pycache__ -type d -not -path './.lab/*' -prune -exec rm -rf {} +
