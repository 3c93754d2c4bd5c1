"""What goes wrong without a word, checked on the model at hand: the checks of `aleator doctor`."""
