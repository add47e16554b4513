"""Words too common to say what a query is about, folded as `text.fold` folds them."""

_LISTS = {
    "en": """a about after all also am an and any are as at be because been before being but by can
        could did do does doing done down during each few for from further get got had has have having
        he her here him his how i if in into is it its just ll m me more most my no not of off on once
        only or other our out over own re s same she should so some such t than that the their them then
        there these they this those through to too under until up us ve very was we were what when where
        which while who whom whose why will with would you your""",
    "fr": """a afin ai ainsi alors apres as au aucun aussi autre autres aux avaient avait avant avec
        avez avoir avons c ce ceci cela celle celles celui ces cet cette ceux chaque ci comme comment d
        dans de des donc dont du elle elles en entre est et etaient etait etant ete etre eu eux faire
        fut il ils j je l la laquelle le lequel les lesquels leur leurs lors lui m ma mais me meme memes
        mes moi mon n ne ni nos notre nous on ont ou par parce pas pendant peu peut plus pour pourquoi
        qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si soit sont sous sur t ta
        te tes toi tous tout toute toutes tres tu un une vers vos votre vous y""",
    "es": """a al algo alguna algunas alguno algunos ante antes aquel aquella asi aun aunque cada como
        con contra cual cuales cuando cuanta cuantas cuanto cuantos de del desde donde dos durante e el
        ella ellas ellos en entre eran es esa esas ese eso esos esta estaba estado estan estar estas
        este esto estos fue fueron ha habia han hasta hay he la las le les lo los mas me mi mis muy nada
        ni no nos nosotros o otra otras otro otros para pero poco por porque pues que quien quienes se
        sea segun ser si sido sin sobre son su sus tal tambien te tenia tiene tienen toda todas todo
        todos tras tu tus u un una unas uno unos y ya yo""",
    "pt": """a ainda algum alguma algumas alguns ante ao aos apos aquela aquele aquilo as ate cada com
        como contra cuja cujo da das de dela delas dele deles depois desde dessa desse desta deste do
        dos e ela elas ele eles em entre era eram essa essas esse esses esta estao estas estava este
        estes eu foi for foram ha isso isto ja lhe lhes lo mais mas me mesmo meu minha muito na nao nas
        nem no nos nossa nosso num numa o onde os ou para pela pelas pelo pelos per por porque pois pra
        qual quais quando quanto quantos que quem quer sao se seja sem ser sera seu seus so sob sobre
        sua suas tal tambem tem tinha toda todas todo todos tu um uma umas uns voce voces""",
    "ru": """а без более бы был была были было быть в вам вас во вот все всего всех вы где да даже для
        до его ее если есть еще же за здесь и из или им их к как какая какие какой каких ко когда
        которая которого которой которые который которых кто ли либо между меня мне может мы на над надо
        наш не него нее нет ни них но ну о об однако он она они оно от очень по под после потом потому
        почему при про раз с сам себя со так также такие такой там те тем то того тоже той только том ты
        у уже хотя чего чей чем что чтобы чье эта эти этим этих это этого этой этом этот эту я""",
    "ar": """اذا الا التي الذي الذين الى ام اما ان انا انه انها او اي اين ايضا بان بعد بعض بل بما به بها
        بين تلك ثم حتى حول حيث خلال ذلك عن عند عندما على عليه عليها غير في فيه فيها قبل قد كان كانت كل
        كم كما كيف لا لان لدى لقد لكن لم لماذا لن له لها ليس ليست ما ماذا مع من منذ منه منها متى نحن هذا
        هذه هل هم هنا هناك هو هي و وفي وقد وكان ولا ولم وما ومن وهو وهي يا""",
    "zh": """的 了 是 在 和 与 或 吗 呢 吧 啊 也 就 都 而 及 着 于 之 其 什么 多少 哪些 哪个 哪里 哪儿
        怎么 怎样 如何 为什 是什 么是 是谁 是哪 是多 么时 么样 有什 有哪 有多 个是 这个 那个 这些 那些
        我们 你们 他们 可以 一个 以及 因为 所以 如果 但是 我的 你的 他的""",
}

# ى is folded to ي in the text, so it is here.
STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.replace("ى", "ي").split()) for language, words in _LISTS.items()
}
