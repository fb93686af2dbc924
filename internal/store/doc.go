// Package store is the only room with DynamoDB. It takes and hands out clear
// values; what is sensitive lies sealed, and nobody else can open it. Every
// write states its condition: a lost one is a crm.Conflict, what a retry may
// mend is crm.Unavailable.
//
// The key space (the strings stand in keys.go):
//
//	table       PK                     SK                               item, and its one writer
//	Customers   C#customer             PROFILE                          who; customers, webhooks
//	            C#customer             DECISION                         the standing decision; recompute-tier
//	            C#customer             WARNING#since                    churn warning; warn-churn, a person closes it
//	            C#customer             FOLLOWUP#id                      task; with its warning
//	            L#kind#blind index     LOCK                             who holds a phone, e-mail, card, account
//	            L#kind#blind index     CLAIM#customer                   who else named it
//	Facts       C#customer             F#ORDER#connection#order         an order; webhooks, orders
//	            C#customer             F#REFUND#connection#order#refund a refund; webhooks, orders
//	            C#customer             F#TALK#time#id                   a contact; interactions
//	            C#customer             H#time#guard                     a changed decision; recompute-tier
//	            O#connection#order     ADDRESS                          whose order it is; first writer wins
//	            O#connection#order     REFUND#refund, GONE              what came for it and names no customer
//	Operations  T#shard                due#id                           timer; warn-churn sets, sweep-timers removes
//	            INBOX#day              id#chunk                         unusable delivery, 90 days; webhooks
//	Settings    STAFF, STORE,          subject, id, version, ACTIVE,    what admins set; settings
//	            CONNECTION, POLICY,    class
//	            KEYS
//	Audit       A#day                  time#id                          who did what; with the write it speaks of
//
// Index warnings of Customers: warn_pk = OPEN#store, warn_sk = opened#customer;
// open warnings only.
package store
