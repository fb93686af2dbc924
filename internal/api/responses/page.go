package responses

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/page"
	"guanxi/internal/survey"
)

//go:embed page.html
var content string

// pages returns the API with the page before it. The page works without scripts:
// the score comes first and is kept, then the questions that follow it are
// asked; every step is the one form, answered by the operation at its address.
func (l leaf) pages(a *api.API) http.Handler {
	sheet := page.New(content)
	if described := a.OpenAPI().Paths[path]; described != nil {
		html := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		text := &huma.Schema{Type: huma.TypeString}
		described.Post.RequestBody.Content[page.MediaType] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"score"},
			Properties:  map[string]*huma.Schema{"score": {Type: huma.TypeInteger}, "lang": {Type: huma.TypeString, Enum: []any{"zh", "en"}}},
			Description: "Beside the score a field replies.ID for each reply.", AdditionalProperties: text}}
		described.Post.Responses["303"] = &huma.Response{Description: "A form was taken: the page shows what comes next"}
		for _, op := range []*huma.Operation{described.Get, described.Post} {
			for status, answer := range op.Responses {
				if status != "303" && answer.Content != nil {
					answer.Content["text/html"] = html
				}
			}
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ours := strings.CutPrefix(r.URL.Path, strings.TrimSuffix(path, "{token}"))
		switch {
		case ours && page.IsForm(r):
			l.submit(w, r, a, sheet, token)
		case ours && r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html"):
			lang := page.LanguageOf(r)
			if err := l.limiter.Take(r.Context(), "responses", crm.EventOf(r.Context()).Address, l.most); err != nil {
				sheet.Write(w, statusOf(err), view{Lang: lang, Status: statusOf(err)})
				return
			}
			l.show(w, r, sheet, token, page.Filled{Lang: lang, Status: http.StatusOK})
		default:
			a.ServeHTTP(w, r)
		}
	})
}

// submit answers a form. After one that was taken the browser is sent back to
// the page, so that reloading it states nothing again.
func (l leaf) submit(w http.ResponseWriter, r *http.Request, a *api.API, sheet page.Page, token string) {
	l.fit(r, token)
	filled, err := page.Submit(a, r, map[string]page.Kind{"score": page.Integer})
	if err != nil {
		filled.Lang, filled.Status = page.LanguageOf(r), http.StatusBadRequest
	}
	if filled.Status == http.StatusOK {
		w.Header().Set("Location", "?lang="+string(filled.Lang)) // the page's own address
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	l.show(w, r, sheet, token, filled)
}

// fit takes out of a form the replies to questions that the page showed for
// another score: whoever changes a score with the page as it is means no more.
func (l leaf) fit(r *http.Request, token string) {
	r.Body = http.MaxBytesReader(nil, r.Body, page.MaxForm)
	if r.ParseForm() != nil {
		return // the operation refuses it
	}
	o, err := l.open(r.Context(), token)
	score, no := strconv.Atoi(r.PostForm.Get("score"))
	if err != nil || no != nil {
		return
	}
	asked := o.asked.Asks(score)
	for _, f := range o.asked.FollowUps {
		if !slices.ContainsFunc(asked, func(a survey.FollowUp) bool { return a.ID == f.ID }) {
			r.PostForm.Del("replies." + f.ID)
		}
	}
}

// statusOf an error before there is a page to show.
func statusOf(err error) int {
	if p, told := errors.AsType[*api.Problem](err); told {
		return p.Status
	}
	switch crm.KindOf(err) {
	case crm.NotFound:
		return http.StatusNotFound
	case crm.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusServiceUnavailable
}

// view is what the page shows.
type view struct {
	Lang     page.Language
	Status   int
	Question string
	Scores   []score
	Least    string // what the lowest score means
	Most     string // and the highest
	Asked    []question
	Answered bool
	More     bool   // a question that follows waits for its reply
	Until    string // when the answer can be corrected no more, where there is one
	WrongOne bool   // of the scores, none was chosen
}

type score struct {
	Value  int
	Chosen bool
}

type question struct {
	Name    string
	Text    string
	Choices []choice
	Said    string
	Wrong   bool
}

type choice struct {
	ID, Text string
	Chosen   bool
}

// show writes the page of a link: what it asks, filled with what was typed, or
// else with what was answered.
func (l leaf) show(w http.ResponseWriter, r *http.Request, sheet page.Page, token string, filled page.Filled) {
	o, err := l.open(r.Context(), token)
	if err != nil {
		sheet.Write(w, statusOf(err), view{Lang: filled.Lang, Status: statusOf(err)})
		return
	}
	sheet.Write(w, filled.Status, o.view(filled, l.zone))
}

func (o opened) view(filled page.Filled, zone *time.Location) view {
	lang := survey.Language(filled.Lang)
	least, most := ends(o.asked.Metric)
	v := view{Lang: filled.Lang, Status: filled.Status, Question: o.asked.Question.In(lang), Least: least.In(lang), Most: most.In(lang), WrongOne: filled.Wrong["score"]}
	said := map[string]string{}
	if o.answer != nil {
		given := survey.Stated(*o.answer)
		said["score"] = strconv.Itoa(given.Score)
		for id, reply := range given.Replies {
			said["replies."+id] = reply
		}
		v.Answered, v.Until = true, o.answer.At.Add(survey.CorrectableFor).In(zone).Format("2006-01-02 15:04")
	}
	for name := range filled.Values {
		said[name] = filled.Values.Get(name)
	}
	lowest, highest := o.asked.Metric.Range()
	chosen := lowest - 1
	for n := lowest; n <= highest; n++ {
		s := score{n, said["score"] == strconv.Itoa(n)}
		if s.Chosen {
			chosen = n
		}
		v.Scores = append(v.Scores, s)
	}
	for _, f := range o.asked.Asks(chosen) {
		q := question{Name: "replies." + f.ID, Text: f.Text.In(lang), Said: said["replies."+f.ID], Wrong: filled.Wrong["replies."+f.ID]}
		for _, c := range f.Choices {
			q.Choices = append(q.Choices, choice{c.ID, c.Text.In(lang), c.ID == q.Said})
		}
		v.More = v.More || q.Said == ""
		v.Asked = append(v.Asked, q)
	}
	return v
}

// ends say what the lowest and the highest score mean.
func ends(m crm.Metric) (least, most survey.Text) {
	switch m {
	case crm.CSAT:
		return survey.Text{ZH: "非常不满意", EN: "Very dissatisfied"}, survey.Text{ZH: "非常满意", EN: "Very satisfied"}
	case crm.CES:
		return survey.Text{ZH: "非常困难", EN: "Very difficult"}, survey.Text{ZH: "非常容易", EN: "Very easy"}
	}
	return survey.Text{ZH: "完全不可能", EN: "Not at all likely"}, survey.Text{ZH: "非常可能", EN: "Extremely likely"}
}
