.PHONY: run test fast lint

run: ## set up and serve on http://127.0.0.1:8000 (PORT=8001 for another)
	@scripts/run $(if $(PORT),--port $(PORT))

test: ## set up and run everything: linters, the suite on SQLite, and on PostgreSQL what can differ there
	@scripts/test

fast: ## linters and what needs no database
	@scripts/test --fast

lint: ## only the linters
	@scripts/setup --dev
	@scripts/lint
