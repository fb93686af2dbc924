package invite

import (
	"strings"

	"guanxi/internal/crm"
)

// What a message of the queue is about stands in its Ref, in one of two forms;
// neither names a person. Ids of ours and of stores have no "|".

// reminder is an invitation that is to be looked at.
type reminder struct {
	survey     crm.SurveyID
	invitation crm.InvitationID
}

func (r reminder) ref() string { return string(r.survey) + "|" + string(r.invitation) }

func parseReminder(ref string) (r reminder, ok bool) {
	of, id, ok := strings.Cut(ref, "|")
	return reminder{crm.SurveyID(of), crm.InvitationID(id)}, ok
}

// buyers are those of a store on a date.
type buyers struct {
	survey crm.SurveyID
	store  crm.StoreID
	on     crm.Date
}

func (b buyers) ref() string { return string(b.survey) + "|" + string(b.store) + "|" + b.on.String() }

func parseBuyers(ref string) (buyers, bool) {
	parts := strings.Split(ref, "|")
	if len(parts) != 3 {
		return buyers{}, false
	}
	on, err := crm.ParseDate(parts[2])
	return buyers{crm.SurveyID(parts[0]), crm.StoreID(parts[1]), on}, err == nil
}
