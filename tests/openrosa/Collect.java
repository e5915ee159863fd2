import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.*;
import org.javarosa.core.model.*;
import org.javarosa.core.model.data.*;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.*;
import org.javarosa.form.api.*;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.xform.util.XFormUtils;

/**
 * What a collector does, by the library that Collect is made of: opens the downloaded form with its media beside
 * it, answers the questions in order, and finalises.
 *
 * Arguments: the folder with form.xml and its media. Standard input: lines "path TAB base64(answer)". Standard
 * output: the submission.
 */
public class Collect {
    public static void main(String[] args) throws Exception {
        Path folder = Paths.get(args[0]);
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        new XFormsModule().registerModule();
        ReferenceManager.instance().addReferenceFactory(media(folder));
        FormDef form = XFormUtils.getFormFromInputStream(new FileInputStream(folder.resolve("form.xml").toFile()));
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryController hand = new FormEntryController(new FormEntryModel(form));
        Map<String, String> answers = answers();
        for (int event = hand.stepToNextEvent(); event != FormEntryController.EVENT_END_OF_FORM; event = hand.stepToNextEvent()) {
            if (event != FormEntryController.EVENT_QUESTION) continue;
            FormEntryPrompt prompt = hand.getModel().getQuestionPrompt();
            String given = answers.get(prompt.getIndex().getReference().toString(false));
            if (given == null || prompt.isReadOnly()) continue;
            if (hand.answerQuestion(answer(prompt, given), true) != FormEntryController.ANSWER_OK)
                throw new IllegalStateException("Collect refuses " + given + " at " + prompt.getIndex().getReference());
        }
        form.postProcessInstance();
        out.write(new XFormSerializingVisitor().serializeInstance(form.getInstance()));
        out.flush();
        System.exit(0);
    }

    static IAnswerData answer(FormEntryPrompt prompt, String given) {
        List<SelectChoice> choices = prompt.getSelectChoices();
        if (choices == null || choices.isEmpty() || prompt.getControlType() == Constants.CONTROL_INPUT)
            return AnswerDataFactory.templateByDataType(prompt.getDataType()).cast(new UncastData(given));
        List<Selection> picked = new ArrayList<>();
        for (String word : given.split(" "))
            for (SelectChoice choice : choices)
                if (choice.getValue().equals(word)) picked.add(choice.selection());
        if (picked.isEmpty()) throw new IllegalStateException(given + " is not offered at " + prompt.getIndex().getReference());
        return prompt.getControlType() == Constants.CONTROL_SELECT_ONE
            ? new SelectOneData(picked.get(0)) : new SelectMultiData(picked);
    }

    static Map<String, String> answers() throws IOException {
        Map<String, String> found = new HashMap<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] part = line.split("\t", 2);
            found.put(part[0], new String(Base64.getDecoder().decode(part[1]), StandardCharsets.UTF_8));
        }
        return found;
    }

    static PrefixedRootFactory media(Path folder) {
        return new PrefixedRootFactory(new String[] {"file-csv", "file"}) {
            protected Reference factory(String terminal, String uri) {
                Path file = folder.resolve(terminal.replaceFirst("^/+", ""));
                return new Reference() {
                    public boolean doesBinaryExist() { return Files.exists(file); }
                    public InputStream getStream() throws IOException { return Files.newInputStream(file); }
                    public String getURI() { return uri; }
                    public String getLocalURI() { return file.toString(); }
                    public boolean isReadOnly() { return true; }
                    public OutputStream getOutputStream() { throw new UnsupportedOperationException(); }
                    public void remove() { throw new UnsupportedOperationException(); }
                    public Reference[] probeAlternativeReferences() { return new Reference[0]; }
                };
            }
        };
    }
}
