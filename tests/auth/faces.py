from auth.demo_door import Face

FACES = (
    Face(subject="alumna", username="amina", name="Amina Diallo", role="alumna"),
    Face(subject="facilitator", username="fay", name="Fay Okafor", role="facilitator"),
    Face(subject="moderator", username="ada", name="Ada Lind", role="moderator"),
    Face(subject="admin", username="root-of-all", name="Olu Admin", role="admin"),
    Face(subject="pending", username="pia", name="Pia Roth", role="pending"),
    Face(subject="suspended", username="dot", name="Dot Meyer", role="suspended"),
)
