package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"guanxi/internal/crm"
	"guanxi/internal/seal"
)

// answerMark is what is clear of an answer beside what every fact has: a score
// is a band, not a secret; what people wrote to it lies sealed.
type answerMark struct {
	Edition int        `dynamodbav:"edition"`
	Metric  crm.Metric `dynamodbav:"metric"`
	Score   int        `dynamodbav:"score"`
	On      string     `dynamodbav:"on"`
	Level   string     `dynamodbav:"level,omitempty"`
	Tier    string     `dynamodbav:"tier,omitempty"`
}

type answerBody struct {
	Replies []crm.Reply `json:"r"`
}

// PutAnswer states the answer to an invitation in its customer's partition: one
// fact, however often and by how many at once. False: this or a newer version of
// it is there already. Two write units up to 1 KB, the index's among them.
func (f Facts) PutAnswer(ctx context.Context, a crm.Answer) (bool, error) {
	const op = "store.PutAnswer"
	k := answerKey(a.Customer, a.Survey, a.Invitation)
	mark, err := encode(op, answerMark{a.Edition, a.Metric, a.Score, a.On.String(), a.Level, a.Tier})
	if err != nil {
		return false, err
	}
	attributes := origin(a.Origin)
	attributes["at"], attributes["channel"] = str(timeKey(a.At)), str(string(a.Channel))
	attributes["answer"] = &types.AttributeValueMemberM{Value: mark}
	attributes[daysIndex().pk], attributes[daysIndex().sk] = str(answersPK(a.Store, a.On)), str(join(timeKey(a.At), string(a.Customer), string(a.Invitation)))
	if a.Store != "" {
		attributes["store"] = str(string(a.Store))
	}
	if attributes[bodyAttribute], err = f.seal.seal(ctx, seal.Contact, k, bodyAttribute, answerBody{a.Replies}); err != nil {
		return false, err
	}
	return accepted(f.upsert(k, a.Version, attributes).do(ctx, op))
}

// Answer reads the answer to an invitation, replies opened, strongly
// consistent; false where there is none yet.
func (f Facts) Answer(ctx context.Context, id crm.CustomerID, survey crm.SurveyID, invitation crm.InvitationID) (crm.Answer, bool, error) {
	const op = "store.Answer"
	var stored factItem
	found, err := f.table.get(ctx, op, answerKey(id, survey, invitation), true, &stored)
	if err != nil || !found {
		return crm.Answer{}, false, err
	}
	a, err := f.openAnswer(ctx, stored)
	return a, true, err
}

// Answered is when an invitation was answered; zero: not yet.
func (f Facts) Answered(ctx context.Context, id crm.CustomerID, survey crm.SurveyID, invitation crm.InvitationID) (time.Time, error) {
	var stored factItem
	_, err := f.table.get(ctx, "store.Answered", answerKey(id, survey, invitation), true, &stored)
	return instant(stored.At), err
}

// Answers reads all answers about a store ("" for those about none) whose local
// date lies in the month of on, oldest first, without their replies. Half a read
// unit for every 4 KB, some six answers.
func (f Facts) Answers(ctx context.Context, store crm.StoreID, on crm.Date) (all []crm.Answer, err error) {
	const op = "store.Answers"
	q := query{table: f.table, index: daysIndex(), pk: answersPK(store, on)}
	_, err = q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		customer, _, err := FactKind(stored.PK, stored.SK)
		if err != nil {
			return &crm.Error{Op: op, Err: err}
		}
		all = append(all, readAnswer(customer, stored))
		return nil
	})
	return all, err
}

// AnswersOn is Answers for one local date.
func (f Facts) AnswersOn(ctx context.Context, store crm.StoreID, on crm.Date) ([]crm.Answer, error) {
	all, err := f.Answers(ctx, store, on)
	return slices.DeleteFunc(all, func(a crm.Answer) bool { return a.On != on }), err
}

// ListAnswers lists the answers about a store whose local date lies in the month
// of on, newest first, replies opened. after is a cursor that an earlier call
// returned, or "".
func (f Facts) ListAnswers(ctx context.Context, store crm.StoreID, on crm.Date, limit int, after string) (page []crm.Answer, next string, err error) {
	const op = "store.ListAnswers"
	days := daysIndex()
	q := query{table: f.table, index: days, pk: answersPK(store, on), newest: true, limit: limit}
	if parts := strings.SplitN(after, " ", 3); len(parts) == 3 {
		q.after = item{days.pk: str(q.pk), days.sk: str(parts[0]), attrPK: str(parts[1]), attrSK: str(parts[2])}
	}
	stopped, err := q.run(ctx, op, func(i item) error {
		var stored factItem
		if err := decode(op, i, &stored); err != nil {
			return err
		}
		a, err := f.openAnswer(ctx, stored)
		page = append(page, a)
		return err
	})
	if stopped != nil {
		next = strings.Join([]string{text(stopped[days.sk]), text(stopped[attrPK]), text(stopped[attrSK])}, " ")
	}
	return page, next, err
}

// readAnswer leaves the replies sealed: the fold and the figures need the score.
func readAnswer(customer crm.CustomerID, stored factItem) crm.Answer {
	parts := split(stored.SK) // F ANSWER survey invitation
	a := crm.Answer{Survey: crm.SurveyID(parts[2]), Edition: stored.Answer.Edition, Invitation: crm.InvitationID(parts[3]), Customer: customer,
		Metric: stored.Answer.Metric, Score: stored.Answer.Score, At: instant(stored.At), Channel: stored.Channel, Store: stored.Store,
		Level: stored.Answer.Level, Tier: stored.Answer.Tier, Version: stored.Version, Origin: stored.origin()}
	a.On, _ = crm.ParseDate(stored.Answer.On) // as PutAnswer wrote it
	return a
}

func (f Facts) openAnswer(ctx context.Context, stored factItem) (crm.Answer, error) {
	customer, _, err := FactKind(stored.PK, stored.SK)
	if err != nil {
		return crm.Answer{}, &crm.Error{Op: "store.Answer", Err: err}
	}
	a := readAnswer(customer, stored)
	var body answerBody
	err = f.seal.open(ctx, seal.Contact, key{stored.PK, stored.SK}, bodyAttribute, stored.Body, &body)
	a.Replies = body.Replies
	return a, err
}
