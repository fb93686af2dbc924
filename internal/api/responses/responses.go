// Package responses is where customers answer a survey: the link that an
// invitation gave them opens a page in their browser, and the same as JSON for
// an app. Whoever has the link may answer, once, and correct it for a day.
package responses

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

// Invitations finds what a link is to. Names is NotFound for a link that we did
// not make, Invitation for one that is long over.
type Invitations interface {
	Names(ctx context.Context, token string) (crm.SurveyID, crm.InvitationID, error)
	Invitation(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (crm.Versioned[survey.Invitation], error)
}

// Surveys reads surveys; the latest version says whether one is closed.
type Surveys interface {
	Survey(ctx context.Context, id crm.SurveyID) (survey.Survey, error)
	SurveyVersion(ctx context.Context, id crm.SurveyID, version int) (survey.Survey, error)
}

// Answers keeps answers. PutAnswer is false where this or a newer version of the
// answer is there already.
type Answers interface {
	Answer(ctx context.Context, id crm.CustomerID, of crm.SurveyID, invitation crm.InvitationID) (crm.Answer, bool, error)
	PutAnswer(ctx context.Context, a crm.Answer) (bool, error)
}

// People says who answers; NotFound for a customer who is gone.
type People interface {
	Respondent(ctx context.Context, id crm.CustomerID) (survey.Respondent, error)
}

type leaf struct {
	invitations Invitations
	surveys     Surveys
	answers     Answers
	people      People
	limiter     api.Limiter
	most        int
	zone        *time.Location
}

const path = "/v1/responses/{token}"

// MostAnHour is how often one network address may ask within an hour; it may be
// that of a whole mall.
const MostAnHour = 600

// Register adds the operations, and returns the API with the page before it. An
// address may ask at most so many times within an hour. Answers are dated in zone.
func Register(a *api.API, invitations Invitations, surveys Surveys, answers Answers, people People, limiter api.Limiter, most int, zone *time.Location) http.Handler {
	l := leaf{invitations, surveys, answers, people, limiter, most, zone}
	describe := func(id, method, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"responses"},
			Description: "Public: the link is the proof. A browser (Accept: text/html) gets a page in Chinese or English. 404 means that there never was such a link, 410 that it was of use once: the survey is over, or was answered a day ago.",
			Errors:      []int{http.StatusGone}}
	}
	api.Register(a, describe("read-response", http.MethodGet, "What a link asks, and what was answered"), l.read)
	respond := describe("respond", http.MethodPost, "Answer, or correct the answer within a day")
	respond.Errors = append(respond.Errors, http.StatusConflict)
	api.Register(a, respond, l.respond)
	return l.pages(a)
}

// Link is the path of both operations.
type Link struct {
	Token string `path:"token" maxLength:"100" doc:"The last part of the link." example:"AZAWPYaUc5ucXx4tOktcbQGQFj2GlHObnF8eLTpLXG0pTGg3WnJqUVNqT0d6Vk5JZw"`
}

// Response is what a link asks, and what was answered.
type Response struct {
	Survey           crm.SurveyID      `json:"survey" example:"sur_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Version          int               `json:"survey_version" example:"1"`
	Metric           crm.Metric        `json:"metric" enum:"nps,csat,ces" example:"nps"`
	Lowest           int               `json:"lowest" doc:"The lowest score." example:"0"`
	Highest          int               `json:"highest" doc:"The highest." example:"10"`
	Question         survey.Text       `json:"question" doc:"Asks for the score."`
	FollowUps        []survey.FollowUp `json:"follow_ups" nullable:"false" doc:"Ask those whose score is from … to."`
	ExpiresAt        time.Time         `json:"expires_at" doc:"Until then the first answer is taken."`
	Answer           *survey.Given     `json:"answer,omitempty" doc:"What was answered; absent: nothing yet."`
	CorrectableUntil time.Time         `json:"correctable_until,omitzero" doc:"Until then another answer takes its place."`
}

type answered struct {
	Cache string `header:"Cache-Control"`
	Body  Response
}

// opened is what stands behind a link that may be used.
type opened struct {
	invitation survey.Invitation
	asked      survey.Survey // the version
	answer     *crm.Answer   // nil: none yet
}

// open finds out what a link opens, if anything.
func (l leaf) open(ctx context.Context, token string) (o opened, err error) {
	of, id, err := l.invitations.Names(ctx, token)
	if err != nil {
		return o, err
	}
	v, err := l.invitations.Invitation(ctx, of, id)
	if crm.KindOf(err) == crm.NotFound {
		return o, over()
	} else if err != nil {
		return o, err
	}
	o.invitation = v.Value
	latest, err := l.surveys.Survey(ctx, of)
	if err != nil {
		return o, err
	}
	if o.asked, err = l.surveys.SurveyVersion(ctx, of, o.invitation.Edition); err != nil {
		return o, err
	}
	given, there, err := l.answers.Answer(ctx, o.invitation.Customer, of, id)
	if err != nil {
		return o, err
	}
	if there {
		o.answer = &given
	}
	switch o.invitation.Door(latest.Closed, given.At, crm.AsOf(ctx)) {
	case survey.Used:
		return o, &api.Problem{Status: http.StatusGone, Detail: "the survey was answered; an answer can be corrected for 24 hours"}
	case survey.Over:
		return o, over()
	}
	return o, nil
}

func over() error {
	return &api.Problem{Status: http.StatusGone, Detail: "the survey is over"}
}

func (o opened) shown() *answered {
	lowest, highest := o.asked.Metric.Range()
	r := Response{Survey: o.asked.ID, Version: o.asked.Version, Metric: o.asked.Metric, Lowest: lowest, Highest: highest, Question: o.asked.Question,
		FollowUps: append([]survey.FollowUp{}, o.asked.FollowUps...), ExpiresAt: o.invitation.ExpiresAt}
	if o.answer != nil {
		given := survey.Stated(*o.answer)
		r.Answer, r.CorrectableUntil = &given, o.answer.At.Add(survey.CorrectableFor)
	}
	return &answered{Cache: "no-store", Body: r}
}

func (l leaf) read(ctx context.Context, in *Link) (*answered, error) {
	if err := l.limiter.Take(ctx, "responses", crm.EventOf(ctx).Address, l.most); err != nil {
		return nil, err
	}
	o, err := l.open(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	return o.shown(), nil
}

func (l leaf) respond(ctx context.Context, in *struct {
	Link
	Body survey.Given
}) (*answered, error) {
	const op = "responses.respond"
	if err := l.limiter.Take(ctx, "responses", crm.EventOf(ctx).Address, l.most); err != nil {
		return nil, err
	}
	o, err := l.open(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	if wrong := o.asked.Check(in.Body); len(wrong) > 0 {
		return nil, &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the request breaks a rule", Fields: wrong}
	}
	who, err := l.people.Respondent(ctx, o.invitation.Customer)
	if crm.KindOf(err) == crm.NotFound {
		return nil, over()
	} else if err != nil {
		return nil, err
	}
	a, err := o.invitation.Answer(o.asked.Definition, in.Body, o.answer, who, crm.EventOf(ctx), l.zone)
	if err != nil {
		return nil, err
	}
	if o.answer != nil && survey.Same(*o.answer, a) { // sent twice: nothing to write, nobody to wake
		return o.shown(), nil
	}
	accepted, err := l.answers.PutAnswer(ctx, a)
	if err != nil {
		return nil, err
	}
	if !accepted {
		return nil, crm.Fail(op, crm.Conflict, "a newer answer is there already")
	}
	o.answer = &a
	return o.shown(), nil
}
