package store

import (
	"context"

	"guanxi/internal/crm"
	"guanxi/internal/standing"
)

// ReadDraft is a draft of a policy as it stands, with its revision; NotFound
// where there is none (any more).
func (s Settings) ReadDraft(ctx context.Context, id string) (crm.Versioned[standing.Draft], error) {
	return fresh[standing.Draft](ctx, s, key{pkDrafts, id}, "draft")
}

// AllDrafts are the drafts in the order in which they were begun.
func (s Settings) AllDrafts(ctx context.Context) ([]crm.Versioned[standing.Draft], error) {
	return readAll[standing.Draft](ctx, s, pkDrafts)
}

// PutDraft writes a draft where its revision still is rev, 0 for a new one, and
// returns the new revision.
func (s Settings) PutDraft(ctx context.Context, d standing.Draft, rev int64) (int64, error) {
	return s.write(ctx, "put-policy-draft", key{pkDrafts, d.ID}, d, rev, false)
}

// DiscardDraft removes a draft where its revision still is rev.
func (s Settings) DiscardDraft(ctx context.Context, id string, rev int64) error {
	err := together(ctx, "store.DiscardDraft", s.draftGone(id, rev), s.audit.entry(ctx, "discard-policy-draft", id))
	s.cache.forget(key{pkDrafts, id})
	return err
}

func (s Settings) draftGone(id string, rev int64) write {
	return write{table: s.table, key: key{pkDrafts, id}, remove: true, when: "rev = :rev", values: item{":rev": num(rev)}}
}
