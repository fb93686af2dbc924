package responses_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/api/responses"
	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

var noon = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// desk holds one survey and one invitation, whose link is "good"; "late" is one
// that was removed long after its end.
type desk struct {
	mu     sync.Mutex
	survey survey.Survey
	answer *crm.Answer
	writes int
	gone   bool // the customer
	taken  int
	most   int
}

func newDesk() *desk {
	text := func(zh, en string) survey.Text { return survey.Text{ZH: zh, EN: en} }
	d := survey.Definition{Metric: crm.NPS, Name: "s", Question: text("您会推荐我们吗？", "Would you recommend us?"), FollowUps: []survey.FollowUp{
		{ID: "why", From: 0, To: 6, Text: text("哪里不好？", "What was wrong?"), Choices: []survey.Choice{{ID: "service", Text: text("服务", "Service")}, {ID: "price", Text: text("价格", "Price")}}},
		{ID: "more", From: 0, To: 10, Text: text("还想说什么？", "Anything else?")},
	}}.Complete()
	return &desk{survey: survey.Survey{ID: "sur_1", Version: 1, Definition: d}, most: 1000}
}

func (d *desk) Names(_ context.Context, token string) (crm.SurveyID, crm.InvitationID, error) {
	switch token {
	case "good":
		return "sur_1", "inv_1", nil
	case "late":
		return "sur_1", "inv_0", nil
	}
	return "", "", crm.Fail("desk", crm.NotFound, "there is no such link")
}

func (d *desk) Invitation(_ context.Context, _ crm.SurveyID, id crm.InvitationID) (v crm.Versioned[survey.Invitation], err error) {
	if id != "inv_1" {
		return v, crm.Fail("desk", crm.NotFound, "there is no such invitation")
	}
	v.Value = survey.Invitation{Survey: "sur_1", ID: "inv_1", Edition: 1, Customer: "cus_1", Store: "sh-001", At: noon, ExpiresAt: noon.Add(14 * 24 * time.Hour)}
	return v, nil
}

func (d *desk) Survey(context.Context, crm.SurveyID) (survey.Survey, error) { return d.survey, nil }
func (d *desk) SurveyVersion(context.Context, crm.SurveyID, int) (survey.Survey, error) {
	return d.survey, nil
}

func (d *desk) Answer(context.Context, crm.CustomerID, crm.SurveyID, crm.InvitationID) (crm.Answer, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.answer == nil {
		return crm.Answer{}, false, nil
	}
	return *d.answer, true, nil
}

func (d *desk) PutAnswer(_ context.Context, a crm.Answer) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.answer != nil && d.answer.Version >= a.Version {
		return false, nil
	}
	d.writes++
	d.answer = &a
	return true, nil
}

func (d *desk) Respondent(context.Context, crm.CustomerID) (survey.Respondent, error) {
	if d.gone {
		return survey.Respondent{}, crm.Fail("desk", crm.NotFound, "there is no such customer")
	}
	return survey.Respondent{Level: "gold", Tier: "growth"}, nil
}

func (d *desk) Take(context.Context, string, string, int) error {
	if d.taken++; d.taken > d.most {
		return &crm.Error{Op: "desk", Kind: crm.TooMany, RetryAfter: time.Minute}
	}
	return nil
}

// ask sends a request at a time after noon; "html" accepts a page, "form" sends a form.
func (d *desk) ask(after time.Duration, method, target, kind, body string) *httptest.ResponseRecorder {
	pages := responses.Register(api.New(api.Config{Log: slog.New(slog.DiscardHandler)}), d, d, d, d, d, 10, time.FixedZone("", 8*60*60))
	ctx := crm.WithEvent(context.Background(), crm.Event{At: noon.Add(after), Trace: "t", Address: "192.0.2.7"})
	r := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	switch kind {
	case "form":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "text/html,*/*;q=0.8")
	case "html":
		r.Header.Set("Accept", "text/html,*/*;q=0.8")
	default:
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	return w
}

const good = "/v1/responses/good"

func (d *desk) want(t *testing.T, what string, w *httptest.ResponseRecorder, status int, contains ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("%s: %d, not %d: %s", what, w.Code, status, w.Body)
	}
	for _, text := range contains {
		if absent, not := strings.CutPrefix(text, "!"); strings.Contains(w.Body.String(), absent) == not {
			t.Errorf("%s: %q (!: absent) is not so: %s", what, text, w.Body)
		}
	}
}

func TestALinkIsAnsweredAsJSON(t *testing.T) {
	d := newDesk()
	w := d.ask(0, "GET", good, "", "")
	d.want(t, "asked", w, 200, `"lowest":0`, `"highest":10`, `"id":"why"`, `!"answer"`, "!cus_1")
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("an answer that may be kept")
	}
	d.want(t, "answered", d.ask(0, "POST", good, "", `{"score":3,"replies":{"why":"service","more":"slow"}}`), 200, `"answer":{"score":3`, `"correctable_until":"2026-03-02T04:00:00Z"`)
	d.want(t, "the same again", d.ask(time.Minute, "POST", good, "", `{"score":3,"replies":{"why":"service","more":"slow"}}`), 200)
	if d.writes != 1 {
		t.Errorf("the same answer is written %d times", d.writes)
	}
	d.want(t, "corrected", d.ask(23*time.Hour, "POST", good, "", `{"score":8}`), 200, `"score":8`, `!"why":"service"`)
	d.want(t, "an older correction, late", d.ask(22*time.Hour, "POST", good, "", `{"score":7}`), 409)
	d.want(t, "a day later", d.ask(24*time.Hour, "POST", good, "", `{"score":9}`), 410)
	d.want(t, "read a day later", d.ask(24*time.Hour, "GET", good, "", ""), 410, "!score")
	if a := d.answer; a.Score != 8 || !a.At.Equal(noon) || a.Level != "gold" || a.Store != "sh-001" || len(a.Replies) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestWhatIsNoAnswerIsRefusedWithItsPlace(t *testing.T) {
	d := newDesk()
	for name, c := range map[string]struct {
		link, body string
		after      time.Duration
		status     int
		contains   string
	}{
		"eleven":              {"good", `{"score":11}`, 0, 422, `"path":"score"`},
		"no score":            {"good", `{}`, 0, 422, `"path":"score"`},
		"half a point":        {"good", `{"score":7.5}`, 0, 422, `"path":"score"`},
		"an unknown question": {"good", `{"score":7,"replies":{"who":"x"}}`, 0, 422, `"path":"replies.who"`},
		"a NUL":               {"good", `{"score":7,"replies":{"more":"a\u0000"}}`, 0, 422, `"path":"replies.more"`},
		"too long":            {"good", `{"score":7,"replies":{"more":"` + strings.Repeat("长", 1001) + `"}}`, 0, 422, `"path":"replies.more"`},
		"an unknown field":    {"good", `{"score":7,"by":"me"}`, 0, 400, `"path":"by"`},
		"no JSON":             {"good", `{`, 0, 400, ""},
		"no such link":        {"bad", `{"score":7}`, 0, 404, ""},
		"expired":             {"good", `{"score":7}`, 14 * 24 * time.Hour, 410, ""},
		"long over":           {"late", `{"score":7}`, 0, 410, ""},
	} {
		d.want(t, name, d.ask(c.after, "POST", "/v1/responses/"+c.link, "", c.body), c.status, c.contains)
	}
	d.want(t, "an unknown parameter", d.ask(0, "GET", good+"?score=9", "", ""), 400)
	d.want(t, "another method", d.ask(0, "DELETE", good, "", ""), 405)
	d.gone = true
	d.want(t, "whose customer is gone", d.ask(0, "POST", good, "", `{"score":7}`), 410)
	d.gone, d.survey.Closed = false, true
	d.want(t, "closed", d.ask(0, "POST", good, "", `{"score":7}`), 410)
	if d.writes != 0 {
		t.Error("something was written")
	}
	d.most = d.taken
	d.want(t, "too often", d.ask(0, "POST", good, "", `{"score":7}`), 429)
	d.want(t, "too often, a page", d.ask(0, "GET", good, "html", ""), 429, "一小时")
}

// The page, step by step, as a browser without scripts goes through it.
func TestThePageAsksStepByStep(t *testing.T) {
	d := newDesk()
	w := d.ask(0, "GET", good, "html", "")
	d.want(t, "opened", w, 200, `<html lang="zh">`, "您会推荐我们吗？", `value="10"`, "!哪里不好？")
	policy := w.Header().Get("Content-Security-Policy")
	if w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(policy, "default-src 'none'") || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v", w.Header())
	}
	d.want(t, "in English", d.ask(0, "GET", good+"?lang=en", "html", ""), 200, `<html lang="en">`, "Would you recommend us?", "Extremely likely")
	d.want(t, "nothing chosen", d.ask(0, "POST", good, "form", "lang=en"), 422, "Please choose a score")
	w = d.ask(0, "POST", good, "form", "lang=en&score=3")
	d.want(t, "the score", w, 303)
	if w.Header().Get("Location") != "?lang=en" || d.answer == nil || d.answer.Score != 3 {
		t.Errorf("%v %+v", w.Header(), d.answer)
	}
	d.want(t, "what follows", d.ask(time.Minute, "GET", good+"?lang=en", "html", ""), 200, "Thank you", "What was wrong?", "Anything else?", `value="3" required checked`, "2026-03-02 12:00")
	long := strings.Repeat("x", 1001)
	d.want(t, "too long", d.ask(2*time.Minute, "POST", good, "form", "lang=en&score=3&replies.why=price&replies.more="+long), 422, "At most 1000 characters", long, `value="price" checked`)
	d.want(t, "the replies", d.ask(3*time.Minute, "POST", good, "form", "lang=en&score=3&replies.why=price&replies.more="+url.QueryEscape("<b>慢</b>")), 303)
	d.want(t, "all of it", d.ask(4*time.Minute, "GET", good+"?lang=en", "html", ""), 200, "&lt;b&gt;慢&lt;/b&gt;", "!<b>", "Change the answer")
	d.want(t, "another score, the page as it was", d.ask(5*time.Minute, "POST", good, "form", "lang=en&score=9&replies.why=price&replies.more=fine"), 303)
	if got := survey.Stated(*d.answer); got.Score != 9 || fmt.Sprint(got.Replies) != "map[more:fine]" {
		t.Errorf("%+v", got)
	}
	d.want(t, "no such link", d.ask(0, "GET", "/v1/responses/bad", "html", ""), 404, "链接无效")
	d.want(t, "a day later", d.ask(30*time.Hour, "GET", good, "html", ""), 410, "问卷已结束")
	d.want(t, "a form a day later", d.ask(30*time.Hour, "POST", good, "form", "score=1"), 410, "问卷已结束")
}

// Sixty-four taps on one button: each is told what stands or that a newer answer does.
func TestManyAtOnceAreOneAnswer(t *testing.T) {
	d := newDesk()
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			w := d.ask(0, "POST", good, "", `{"score":10}`)
			var told struct{ Answer survey.Given }
			if err := json.Unmarshal(w.Body.Bytes(), &told); w.Code != http.StatusConflict && (w.Code != http.StatusOK || err != nil || told.Answer.Score != 10) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
	if d.writes != 1 {
		t.Errorf("%d answers were written", d.writes)
	}
}
