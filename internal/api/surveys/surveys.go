// Package surveys is the staff's API of surveys: what is asked, who is invited,
// and what was answered. The page that customers see is package responses.
package surveys

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

// Surveys keeps surveys by version. PutSurvey adds the version after the latest,
// or returns a Conflict.
type Surveys interface {
	ReadSurvey(ctx context.Context, id crm.SurveyID) (survey.Survey, error)
	SurveyVersion(ctx context.Context, id crm.SurveyID, version int) (survey.Survey, error)
	AllSurveys(ctx context.Context) ([]survey.Survey, error)
	PutSurvey(ctx context.Context, v survey.Survey) error
	AllStores(ctx context.Context) ([]crm.Versioned[crm.Store], error)
}

type leaf struct {
	api         *api.API
	surveys     Surveys
	people      api.People
	asker       Asker
	invitations Invitations
	answers     Answers
	zone        *time.Location
}

// Register adds the operations. The dates of answers are those of zone.
func Register(a *api.API, surveys Surveys, people api.People, asker Asker, invitations Invitations, answers Answers, zone *time.Location) {
	l := leaf{a, surveys, people, asker, invitations, answers, zone}
	l.registerInvitations(a)
	l.registerAnswers(a)

	create := operation("create-survey", http.MethodPost, "/v1/surveys", "Define a survey", http.StatusConflict)
	create.DefaultStatus = http.StatusCreated
	api.Register(a, create, l.create)
	api.Register(a, operation("list-surveys", http.MethodGet, "/v1/surveys", "All surveys, each in its latest version, the oldest first"), l.list)
	api.Register(a, operation("read-survey", http.MethodGet, "/v1/surveys/{id}", "A survey in its latest version"), l.read)
	amend := operation("update-survey", http.MethodPatch, "/v1/surveys/{id}", "Change, close or open a survey", http.StatusConflict)
	amend.Description = "Makes a new version. Invitations that are out keep theirs, and so do answers."
	api.Register(a, amend, l.amend)
	api.Register(a, operation("read-survey-version", http.MethodGet, "/v1/surveys/{id}/versions/{version}", "One version of a survey: what an answer answered"), l.version)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"surveys"}, Errors: responses}
}

// SurveyPath is the path of everything about one survey.
type SurveyPath struct {
	ID crm.SurveyID `path:"id" pattern:"^sur_[0-9a-f]{32}$" doc:"The survey." example:"sur_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

type found struct {
	ETag string `header:"ETag"`
	Body survey.Survey
}

type created struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     survey.Survey
}

func tag(s survey.Survey) string { return api.ETag(revision(s.Version)) }

func revision(n int) string { return "v" + strconv.Itoa(n) }

func (l leaf) create(ctx context.Context, in *struct{ Body survey.Definition }) (*created, error) {
	at := crm.AsOf(ctx)
	s := survey.Survey{ID: crm.SurveyID(crm.NewID("sur", at)), Version: 1, Definition: in.Body.Complete(), Author: api.CallerOf(ctx).Subject, AmendedAt: at}
	if err := check(s.Definition); err != nil {
		return nil, err
	}
	out := api.Promise(ctx, &created{Location: "/v1/surveys/" + string(s.ID), ETag: tag(s), Body: s})
	if err := l.surveys.PutSurvey(ctx, s); err != nil {
		return nil, err
	}
	return out, nil
}

func check(d survey.Definition) error {
	if wrong := d.Validate(); len(wrong) > 0 {
		return &crm.Error{Op: "surveys.check", Kind: crm.Invalid, Detail: "the survey breaks a rule", Fields: wrong}
	}
	return nil
}

// surveyList is not paged: surveys are few.
type surveyList struct {
	Body struct {
		Items []survey.Survey `json:"items" nullable:"false"`
	}
}

func (l leaf) list(ctx context.Context, _ *struct{}) (*surveyList, error) {
	all, err := l.surveys.AllSurveys(ctx)
	out := &surveyList{}
	out.Body.Items = append([]survey.Survey{}, all...)
	return out, err
}

func (l leaf) read(ctx context.Context, in *SurveyPath) (*found, error) {
	s, err := l.surveys.ReadSurvey(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &found{ETag: tag(s), Body: s}, nil
}

func (l leaf) version(ctx context.Context, in *struct {
	SurveyPath
	Version int `path:"version" minimum:"1" maximum:"99999999" example:"1"`
}) (*found, error) {
	s, err := l.surveys.SurveyVersion(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	return &found{ETag: tag(s), Body: s}, nil
}

func (l leaf) amend(ctx context.Context, in *struct {
	SurveyPath
	api.IfMatch
	Body api.Patch[survey.Definition] `contentType:"application/merge-patch+json"`
}) (*found, error) {
	s, err := l.surveys.ReadSurvey(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(revision(s.Version)); err != nil {
		return nil, err
	}
	next, err := in.Body.Apply(s.Definition)
	if err != nil {
		return nil, err
	}
	if next.Metric != s.Metric {
		return nil, crm.Wrong("surveys.amend", "metric", "can't be changed: earlier scores would mean something else")
	}
	s.Definition = next.Complete()
	if err := check(s.Definition); err != nil {
		return nil, err
	}
	s.Version, s.Author, s.AmendedAt = s.Version+1, api.CallerOf(ctx).Subject, crm.AsOf(ctx)
	if err := l.surveys.PutSurvey(ctx, s); err != nil {
		return nil, err
	}
	return &found{ETag: tag(s), Body: s}, nil
}
