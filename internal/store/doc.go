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
//	            C#customer             FOLLOWUP#id                      task about them; with its warning, follow-ups
//	            S#store                TASK#id                          task about no customer; who measures, follow-ups
//	            C#customer             CARD#store, CARD#                what lists show, in a store's and among all; recompute-tier
//	            C#customer             CARD-IN#segment#list             a place among a segment's members; recompute-tier
//	            L#kind#blind index     LOCK                             who holds a phone, e-mail, card, account
//	            L#kind#blind index     CLAIM#customer                   who else named it
//	            L#kind#blind index     CLAIM#SIGNUP#store               what was stated with it by who signed up; sign-up
//	Facts       C#customer             F#ORDER#connection#order         an order; webhooks, orders
//	            C#customer             F#REFUND#connection#order#refund a refund; webhooks, orders
//	            C#customer             F#TALK#time#id                   a contact; interactions
//	            C#customer             V#TALK#time#id#version           what it said before a change; interactions
//	            C#customer             F#ANSWER#survey#invitation       an answer to a survey; responses
//	            C#customer             H#time#guard                     a changed decision; recompute-tier
//	            O#connection#order     ADDRESS                          whose order it is; first writer wins
//	            O#connection#order     REFUND#refund, GONE              what came for it and names no customer
//	            C#customer             F#PROFILE                        a word about who they are; customers, webhooks
//	Operations  T#shard                due#id                           timer; warn-churn sets, sweep-timers removes
//	            LIMIT#name#blind index  hour                            how often a caller or an address has done it; HTTP functions
//	            I#blind index          ANSWER                           what was answered under an Idempotency-Key, 48 h; HTTP functions
//	            INVITE#survey          id                               an invitation; surveys, invite
//	            ASKED#customer         LAST                             when they were last invited; with an invitation
//	            INBOX#day              id#chunk                         unusable delivery, 90 days; webhooks
//	Figures     DAYS#month             SUM#store#date                   what a store sold on a date, by channel; count-figures
//	            DAYS#month             SCORES#store#date                the scores that it was given on a date; count-figures
//	            PART#night#of#segment  chunk                            what a segment of the base came to, 3 days; count-figures
//	            RUN#night#of           segment                          that it is there, 3 days; count-figures
//	            ALERTS#OPEN            store#threshold                  a threshold that is crossed; raise-alerts
//	            ALERTS#CLOSED          store#closed#threshold           one that was; raise-alerts
//	            COUNT, COUNT#store     night                            what a night's count came to, for all, for a store; count-figures
//	            ROLLOUT#policy         BEGUN, PART#part                 how far a policy has come; review-segment
//	            WHATIF#draft#id        ASKED                            a trial of a draft, 90 days; settings
//	            WHATIF#draft#id        BEGUN, THERE#segment, WHOLE      how far it is, and what it came to; what-if
//	            WHATIFPART#draft#id    segment                          what a segment came to; what-if
//	Settings    STAFF, STORE,          subject, id, class, FIELDS       what admins set; settings
//	            CONNECTION, KEYS,
//	            CUSTOM
//	            POLICY, MODEL, CUTS    version                          what rules are made of; settings, fit-model, cut-quintiles
//	            SEGMENTS               version                          all segments; segments
//	            ACTIVE                 RULES                            which versions of those are in force; with the version
//	            ACTIVE                 SINCE#time#kind#version          since when each has been; with the version
//	            DRAFT                  id                               a policy that is not in force; settings
//	            SURVEY                 id                               the latest version of a survey; surveys
//	            SURVEY#id              version                          every version of it; with the latest
//	Audit       A#day                  time#id                          who did what; with the write it speaks of
//
// Indexes, all sparse; the attributes of index x are x_pk and x_sk:
//
//	open   of Customers   OPEN#store              opened#customer   open warnings
//	days   of Facts       ORDERS#store#date       time#customer#connection#order   orders that are not deleted
//	days   of Facts       ANSWERS#store#month     time#customer#invitation   answers
//	open   of Customers   TASKS#store             due#id            open tasks
//	owners of Customers   TASKS#owner             due#id            open tasks
//	owners of Customers   DONE#subject#day        due#id            tasks that somebody closed
//	cards  of Customers   STORE#store, ALL#shard  customer          cards
//	owners of Customers   OWNER#subject           customer          cards among all
//	names  of Customers   as cards, #first letter folded name#customer   cards
package store
