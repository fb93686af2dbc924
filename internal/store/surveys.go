package store

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/survey"
)

// ReadSurvey gives the latest version of a survey, as it stands; NotFound where
// there is none. Its version is its revision.
func (s Settings) ReadSurvey(ctx context.Context, id crm.SurveyID) (survey.Survey, error) {
	v, err := fresh[survey.Survey](ctx, s, key{pkSurveys, string(id)}, "survey")
	return v.Value, err
}

// Survey is ReadSurvey for those who bear that it is a minute old.
func (s Settings) Survey(ctx context.Context, id crm.SurveyID) (survey.Survey, error) {
	v, err := read[survey.Survey](ctx, s, key{pkSurveys, string(id)}, "survey")
	return v.Value, err
}

// SurveyVersion is one version of a survey. It never changes, so it is kept for
// as long as the process lives.
func (s Settings) SurveyVersion(ctx context.Context, id crm.SurveyID, version int) (survey.Survey, error) {
	const op = "store.SurveyVersion"
	k := surveyVersionKey(id, version)
	stored, kept := s.cache.get(k, time.Time{})
	if !kept {
		found, err := s.table.get(ctx, op, k, true, &stored)
		if err != nil {
			return survey.Survey{}, err
		}
		if !found {
			return survey.Survey{}, crm.Fail(op, crm.NotFound, "there is no such version of the survey")
		}
		s.cache.put(k, stored, time.Time{})
	}
	v, err := opened[survey.Survey](ctx, s, stored)
	return v.Value, err
}

// AllSurveys are the latest versions of all surveys, oldest survey first.
func (s Settings) AllSurveys(ctx context.Context) (all []survey.Survey, err error) {
	stored, err := readAll[survey.Survey](ctx, s, pkSurveys)
	for _, v := range stored {
		all = append(all, v.Value)
	}
	return all, err
}

// PutSurvey makes a version the latest, where the one before still is; Conflict
// where somebody else amended the survey meanwhile. Audited.
func (s Settings) PutSurvey(ctx context.Context, v survey.Survey) error {
	const op = "store.PutSurvey"
	doc, err := json.Marshal(v)
	if err != nil {
		return &crm.Error{Op: op, Err: err}
	}
	put := item{"rev": num(int64(v.Version)), docAttribute: str(string(doc))}
	latest := write{table: s.table, key: key{pkSurveys, string(v.ID)}, put: put, when: "rev = :before", values: item{":before": num(int64(v.Version - 1))}}
	if v.Version == 1 {
		latest.when, latest.values = "attribute_not_exists(PK)", nil
	}
	version := write{table: s.table, key: surveyVersionKey(v.ID, v.Version), put: put, when: "attribute_not_exists(PK)"}
	err = together(ctx, op, latest, version, s.audit.entry(ctx, "put-survey", string(v.ID)))
	s.cache.forget(latest.key)
	return err
}
