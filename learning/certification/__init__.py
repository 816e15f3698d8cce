"""Certificates: from a passed sitting to a document that stands up.

Words: scheme 认证项目 (what a certificate certifies, and who issues it), award rule (which
sitting's pass earns it), decision 发证决定, certificate 证书, revocation 撤销, serial (the running
number of a scheme and year).

Also: terms (what a version of a scheme asks, for the first certificate and for its renewal), need,
fulfilment (something asked that a person has done), award file 发证档案 (a person's way to one
certificate), renewal 换证 (a new certificate in the place of the old one).

Invariants: a certificate follows a decision, and a decision has one source: a person's pass at one
sitting, or a complete award file, earns one certificate of a scheme, however often it is told.
Numbers of a scheme and year run without gaps. What a certificate says is frozen when it is issued
and hashed; a revocation is a row beside it, and nothing is ever deleted. Decisions rest on results,
never on a board.

Where a scheme asks for a pass alone and is never renewed, a person who passes another sitting of it
gets another certificate, whatever they hold: it has a new number and a new term, and the old one
runs out by itself.
"""
