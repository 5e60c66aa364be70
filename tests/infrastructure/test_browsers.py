from tests import browsers

LOGIN = "/account/login/"


def test_a_page_is_shown_with_its_style(page):
    assert page.goto(LOGIN).status == 200
    assert page.evaluate("document.styleSheets.length") >= 1


def test_what_the_security_policy_refuses_is_a_problem(browser, live_server):
    context = browsers.new_context(browser, str(live_server))
    page = context.new_page()
    problems = browsers.problems_of(page)
    page.goto(LOGIN)
    assert problems == []
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), {textContent: 'boom()'}))")
    assert any("Content Security Policy" in problem for problem in problems)
    context.close()


def test_visitors_share_no_cookie(browser, live_server):
    first, second = (browsers.new_context(browser, str(live_server), browsers.TELEPHONE) for _ in range(2))
    first.new_page().goto(LOGIN)
    assert first.cookies() != []
    assert second.cookies() == []
    first.close()
    second.close()
